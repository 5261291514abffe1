import { resolve } from 'node:path'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'

const root = import.meta.dirname
const at = (path: string): string => resolve(root, path)
const alias = { '@shared': at('src-shared') }

// electron-vite would derive the targets from the electron package; one build must also run on the older fallback runtime.
const nodeTarget = 'node20.18'
const pageTarget = 'chrome130'

export default defineConfig({
  main: {
    resolve: { alias },
    build: {
      outDir: at('out/main'),
      target: nodeTarget,
      rolldownOptions: {
        input: {
          main: at('src-main/app/main.ts'),
          'engine-host': at('src-main/host/engine-host.ts'),
          pinlab: at('src-main/cli/pinlab.ts')
        }
      }
    }
  },
  preload: {
    resolve: { alias },
    build: {
      outDir: at('out/preload'),
      target: nodeTarget,
      rolldownOptions: {
        input: { preload: at('src-main/preload/preload.ts') },
        // A sandboxed preload must be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' }
      }
    }
  },
  renderer: {
    root: at('src-renderer'),
    plugins: [vue()],
    resolve: { alias },
    build: {
      outDir: at('out/renderer'),
      target: pageTarget,
      minify: true,
      rolldownOptions: { input: at('src-renderer/index.html') }
    }
  }
})

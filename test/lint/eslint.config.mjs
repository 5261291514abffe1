import { resolve } from 'node:path'
import vue from 'eslint-plugin-vue'
import { defineConfig } from 'eslint/config'
import ts from 'typescript-eslint'

export default defineConfig(
  { ignores: ['out/**', 'coverage/**', 'node_modules/**', 'resources/runtime/default-app/**'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  ...ts.configs.strictTypeChecked,
  ...vue.configs['flat/recommended'],
  {
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: resolve(import.meta.dirname, '..', '..'), parser: ts.parser, extraFileExtensions: ['.vue'] }
    },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': 'error',
      // Numbers in messages are the rule in a program about pages and nanoseconds.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Typed arrays are indexed in bounds by construction; where that is not so, the compiler's unchecked-index rule asks for a check.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: 'only-allowed-literals' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }]
    }
  },
  {
    files: ['**/*.vue'],
    rules: {
      // Layout of templates is left to the author; the rules on meaning stay.
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/html-self-closing': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/html-indent': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/attributes-order': 'off'
    }
  },
  {
    // The unchecked-index rule is off there, so the types claim that every index is in bounds and a real check looks needless.
    files: ['src-shared/**', 'src-main/sim/**'],
    rules: { '@typescript-eslint/no-unnecessary-condition': 'off' }
  },
  {
    // Without vue-tsc a component's type is unknown to a .ts file that imports it.
    files: ['src-renderer/main.ts'],
    rules: { '@typescript-eslint/no-unsafe-argument': 'off' }
  },
  {
    // Types in comments cannot assert what JSON.parse returns.
    files: ['**/*.mjs'],
    rules: { '@typescript-eslint/no-unsafe-assignment': 'off' }
  }
)

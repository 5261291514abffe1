import type { Bridge } from '@shared/protocol/commands'

declare global {
  interface Window {
    readonly pinlab: Bridge
  }
}

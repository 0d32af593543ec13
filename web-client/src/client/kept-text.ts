// Texts by name that are kept on this device.

import type { KeyValue } from '../outbox/store.ts'
import { isKept, storageOr } from './browser.ts'
import { isForgotten } from './forget.ts'

/** What there was no room for: it lives as long as the page. */
const unstored = new Map<string, string>()

export interface KeptText {
  read(): string
  write(next: string): void
  /** Whether it outlives the page. */
  isStored(): boolean
}

/** One text by name, for what is no answer (a ticket being described). */
export function keptText(user: string, name: string, storage: KeyValue = storageOr('localStorage')): KeptText {
  const item = `helpline.text.${user}.${name}`
  return {
    read: () => unstored.get(item) ?? storage.getItem(item) ?? '',
    write(next) {
      unstored.delete(item)
      if (isForgotten(user)) return
      try {
        if (next === '') storage.removeItem(item)
        else storage.setItem(item, next)
      } catch {
        unstored.set(item, next)
      }
    },
    isStored: () => !unstored.has(item) && isKept(storage),
  }
}

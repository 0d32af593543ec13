// Texts by name that are kept on this device.

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
export function keptText(user: string, name: string): KeptText {
  const [storage, item] = [storageOr('localStorage'), `helpline.text.${user}.${name}`]
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

// Named texts that are kept on this device.

import type { KeyValue } from '../outbox/store.ts'
import { isKept, namesOf, storageOr } from './browser.ts'
import { isForgotten } from './forget.ts'

/** Texts that the storage had no room for: they live as long as the page. */
const unstored = new Map<string, string>()

export interface KeptText {
  read(): string
  write(next: string): void
  /** Whether the text outlives the page. */
  isStored(): boolean
}

/** One named text of a person, for anything but replies (a ticket being described, for example). */
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

/** Wraps a text that several tabs may write: clearing it does not remove what another tab has written since. */
export function sharedText(kept: KeptText): KeptText {
  let own = kept.read()
  return {
    isStored: kept.isStored,
    read() {
      own = kept.read()
      return own
    },
    write(next) {
      if (next === '' && kept.read() !== own) return
      own = next
      kept.write(next)
    },
  }
}

/** Kept texts by id. */
export interface KeptTexts {
  ids(): readonly string[]
  of(id: string): KeptText
}

/** Each text is an item of its own, so that two tabs that write different texts do not overwrite each other. */
export function keptTexts(user: string, name: string, storage: KeyValue = storageOr('localStorage')): KeptTexts {
  const prefix = `helpline.text.${user}.${name}.`
  const texts = new Map<string, KeptText>()
  return {
    ids: () => namesOf(storage, prefix).map((item) => item.slice(prefix.length)),
    of(id) {
      const held = texts.get(id) ?? sharedText(keptText(user, `${name}.${id}`, storage))
      texts.set(id, held)
      return held
    },
  }
}

// Texts by name that are kept on this device.

import type { KeyValue } from '../outbox/store.ts'
import { isKept, namesOf, storageOr } from './browser.ts'
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

/** A text that several tabs may write: what another one has written since is not removed here. */
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

/** Texts by id. */
export interface KeptTexts {
  ids(): readonly string[]
  of(id: string): KeptText
}

/** Each is an item of its own: two tabs that write different ones do not disturb each other. */
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

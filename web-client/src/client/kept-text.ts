// Named texts of a person, stored in this browser.

import type { KeyValue } from '../outbox/store.ts'
import { isKept, namesOf, storageOr } from './browser.ts'
import { isForgotten } from './forget.ts'

/** Texts that did not fit into the storage, by item name. They are lost when the page closes. */
const unstored = new Map<string, string>()

export interface KeptText {
  read(): string
  write(next: string): void
  /** Whether the text survives closing the page. */
  isStored(): boolean
}

/** Stores one named text of a person, for example the description of a new ticket. Drafts of replies are handled by drafts.ts. */
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

/** Wraps a text that several tabs may write. If this tab clears the text, a newer text that another tab has stored is not deleted. */
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

/** A collection of stored texts, each with an id. */
export interface KeptTexts {
  ids(): readonly string[]
  of(id: string): KeptText
}

/** Opens a collection of stored texts. Each text is a separate storage item, so that two tabs with different texts do not overwrite each other. */
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

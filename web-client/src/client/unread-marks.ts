// Tickets that the person has marked as unread. This is stored only in this browser, until the person opens the ticket. It does not change
// the read positions that other people see.

import { signal, type ReadonlySignal } from '@preact/signals'
import type { KeyValue } from '../outbox/store.ts'
import { parseJson, text } from '../protocol/narrow.ts'
import { keepItem, storageOr } from './browser.ts'

export interface UnreadMarks {
  readonly ids: ReadonlySignal<ReadonlySet<string>>
  mark(ticket: string): void
  clear(ticket: string): void
  /** Call this when another tab has changed a storage item, with the item's name. If the item stores these marks, reads the marks again. */
  changedElsewhere(name: string): void
}

/** Maximum number of tickets marked as unread. Marking another one drops the oldest. */
const MARKS_MAX = 500

export function createUnreadMarks(user: string, storage: KeyValue = storageOr('localStorage')): UnreadMarks {
  const item = `helpline.unread.${user}`
  const read = (): ReadonlySet<string> => {
    const kept = parseJson(storage.getItem(item) ?? '')
    return new Set(Array.isArray(kept) ? kept.flatMap((one) => text(one) ?? []) : [])
  }
  const ids = signal(read())
  const put = (next: readonly string[]) => {
    ids.value = new Set(next)
    keepItem(storage, item, JSON.stringify(next))
  }
  return {
    ids,
    mark: (ticket) => put([...[...ids.peek()].filter((one) => one !== ticket), ticket].slice(-MARKS_MAX)),
    clear: (ticket) => { if (ids.peek().has(ticket)) put([...ids.peek()].filter((one) => one !== ticket)) },
    changedElsewhere: (name) => { if (name === item) ids.value = read() },
  }
}

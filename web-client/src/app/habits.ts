// How a person works: kept for each of them in this browser, never sent. All of their tabs follow.

import { signal, type Signal } from '@preact/signals'
import { isObject, parseJson } from '../protocol/narrow.ts'
import { storageOr } from './browser.ts'

export const ENTERS = ['sends', 'breaks'] as const
/** Seconds in which a message can be taken back before it is sent. */
export const UNDO_S = [0, 5, 10] as const

export interface Habits {
  /** What the Enter key does in a composer. */
  readonly enter: Signal<(typeof ENTERS)[number]>
  readonly undo_s: Signal<(typeof UNDO_S)[number]>
  /** Another tab changed a stored item. */
  changedElsewhere(name: string): void
  dispose(): void
}

export function createHabits(user: string): Habits {
  const [storage, item] = [storageOr('localStorage'), `helpline.habits.${user}`]
  const enter = signal<(typeof ENTERS)[number]>('sends')
  const undo_s = signal<(typeof UNDO_S)[number]>(0)
  const read = () => {
    const kept = parseJson(storage.getItem(item) ?? '')
    const values = isObject(kept) ? kept : {}
    enter.value = ENTERS.find((one) => one === values['enter']) ?? 'sends'
    undo_s.value = UNDO_S.find((one) => one === values['undo_s']) ?? 0
  }
  read()
  const keep = () => {
    const next = JSON.stringify({ enter: enter.peek(), undo_s: undo_s.peek() })
    if (next === (storage.getItem(item) ?? JSON.stringify({ enter: 'sends', undo_s: 0 }))) return
    try { storage.setItem(item, next) } catch { /* Full or forbidden: it holds for as long as the page lives. */ }
  }
  const stops = [enter.subscribe(keep), undo_s.subscribe(keep)]
  return {
    enter, undo_s,
    changedElsewhere: (name) => { if (name === item) read() },
    dispose: () => { for (const stop of stops) stop() },
  }
}

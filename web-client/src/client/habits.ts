// A person's working preferences, such as what the Enter key does. Stored in this browser for each person and never sent to the server. Changes take
// effect in all of the person's tabs.

import { signal, type Signal } from '@preact/signals'
import type { KeyValue } from '../outbox/store.ts'
import { isObject, parseJson } from '../protocol/narrow.ts'
import { keepItem, storageOr } from './browser.ts'

export const ENTERS = ['sends', 'breaks'] as const
/** The choices, in seconds, for how long a message is delayed before it is sent, so that the person can undo it. */
export const UNDO_S = [0, 5, 10] as const
/** When to raise alerts. `away`: only while none of the person's tabs has the focus. */
export const WHENS = ['always', 'away'] as const
export const ALERTS = ['unassigned', 'urgent'] as const
export type Alert = (typeof ALERTS)[number]

export interface Habits {
  /** Whether the Enter key sends the message or inserts a line break. */
  readonly enter: Signal<(typeof ENTERS)[number]>
  readonly undo_s: Signal<(typeof UNDO_S)[number]>
  /** The kinds of team-wide alerts that the person receives. */
  readonly alerts: Signal<readonly Alert[]>
  readonly when: Signal<(typeof WHENS)[number]>
  /** Whether the person has already taken or declined the introductory tour. */
  readonly toured: Signal<boolean>
  /** Reads a preference again. Call this when another tab has changed the storage item `name`. */
  changedElsewhere(name: string): void
  dispose(): void
}

export function createHabits(user: string, storage: KeyValue = storageOr('localStorage')): Habits {
  const item = `helpline.habits.${user}`
  const habits = {
    enter: signal<(typeof ENTERS)[number]>('sends'),
    undo_s: signal<(typeof UNDO_S)[number]>(0),
    alerts: signal<readonly Alert[]>(ALERTS),
    when: signal<(typeof WHENS)[number]>('always'),
    toured: signal(false),
  }
  const read = () => {
    const kept = parseJson(storage.getItem(item) ?? '')
    const values = isObject(kept) ? kept : {}
    const alerts = values['alerts']
    habits.enter.value = ENTERS.find((one) => one === values['enter']) ?? 'sends'
    habits.undo_s.value = UNDO_S.find((one) => one === values['undo_s']) ?? 0
    habits.alerts.value = Array.isArray(alerts) ? ALERTS.filter((one) => alerts.includes(one)) : ALERTS
    habits.when.value = WHENS.find((one) => one === values['when']) ?? 'always'
    habits.toured.value = values['toured'] === true
  }
  const written = () => JSON.stringify({ enter: habits.enter.peek(), undo_s: habits.undo_s.peek(), alerts: habits.alerts.peek(), when: habits.when.peek(), toured: habits.toured.peek() })
  let last = written()
  const keep = () => {
    const next = written()
    if (next === last) return
    last = next
    keepItem(storage, item, next)
  }
  const take = () => {
    stopKeeping()
    read()
    last = written()
    stops = Object.values(habits).map((one) => one.subscribe(keep))
  }
  let stops: (() => void)[] = []
  const stopKeeping = () => { for (const stop of stops) stop() }
  take()
  return { ...habits, changedElsewhere: (name) => { if (name === item) take() }, dispose: stopKeeping }
}

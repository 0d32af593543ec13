// One's changes on top of what is saved by now, part by part. Pure.

import { isObject } from '../protocol/narrow.ts'

/** One thing in several states; `undefined`: it is not there. All but `mine` and `now` are in the form in which they are compared. */
export interface States {
  /** As it was written. */
  readonly mine: unknown
  /** The same, compared. */
  readonly wanted: unknown
  /** What was saved when the changes began. */
  readonly before: unknown
  /** What was sent last, whether or not an answer came. */
  readonly sent: unknown
  readonly now: unknown
  /** The same, compared. */
  readonly saved: unknown
}

/** Fields with lists whose order does not matter: what each entry is known by. */
export type Lists = Readonly<Record<string, (entry: unknown) => string>>

export interface Merged {
  readonly value: unknown
  /** Something is changed on both sides; the value has one's own. */
  readonly isAsked: boolean
}

/** What one did not change follows what was saved. */
export function merged(states: States, lists: Lists, name = ''): Merged {
  const { mine, wanted, before, sent, now, saved } = states
  if ([before, sent, wanted].some((state) => isSame(state, saved))) return { value: mine, isAsked: false }
  if (isSame(wanted, before)) return { value: now, isAsked: false }
  const keyOf = lists[name]
  if (keyOf !== undefined && Array.isArray(mine)) return mergedList(mine, byKey(states, keyOf), keyOf)
  if ([mine, wanted, before, now, saved].every(isObject)) {
    const parts = mergedParts(states, lists)
    return { value: Object.fromEntries(parts.map(([key, { value }]) => [key, value])), isAsked: parts.some(([, { isAsked }]) => isAsked) }
  }
  return { value: mine, isAsked: true }
}

function mergedParts(states: States, lists: Lists): readonly [string, Merged][] {
  const at = (state: unknown, key: string): unknown => (isObject(state) && Object.hasOwn(state, key) ? state[key] : undefined)
  const keys = new Set(Object.values(states).flatMap((state: unknown) => (isObject(state) ? Object.keys(state) : [])))
  return [...keys].map((key) => [key, merged({
    mine: at(states.mine, key), wanted: at(states.wanted, key), before: at(states.before, key), sent: at(states.sent, key), now: at(states.now, key), saved: at(states.saved, key),
  }, lists, key)])
}

/** One's own entries in their order, then what came. */
function mergedList(mine: readonly unknown[], states: States, keyOf: (entry: unknown) => string): Merged {
  const parts = new Map(mergedParts(states, {}))
  const own = new Set(mine.map(keyOf))
  const came = [...parts].filter(([key]) => !own.has(key)).map(([, { value }]) => value)
  return {
    value: [...mine.map((entry) => parts.get(keyOf(entry))?.value), ...came].filter((entry) => entry !== undefined),
    isAsked: [...parts.values()].some(({ isAsked }) => isAsked),
  }
}

function byKey({ mine, wanted, before, sent, now, saved }: States, keyOf: (entry: unknown) => string): States {
  const named = (list: unknown) => Object.fromEntries((Array.isArray(list) ? list : []).map((entry: unknown) => [keyOf(entry), entry]))
  return { mine: named(mine), wanted: named(wanted), before: named(before), sent: named(sent), now: named(now), saved: named(saved) }
}

const isSame = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)

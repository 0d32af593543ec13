// Merges a person's unsaved changes to a setting with the newest saved version, field by field. Pure functions.

import { isObject } from '../protocol/narrow.ts'

/**
 * The versions of one value to merge; `undefined` if the value does not exist in that version. All versions except `mine` and `now` are normalized
 * for comparison.
 */
export interface States {
  /** The value as the person typed it. */
  readonly mine: unknown
  /** The normalized form of `mine`. */
  readonly wanted: unknown
  /** The saved value when the person began to make changes. */
  readonly before: unknown
  /** The value in the last save request, even if the response to that request was lost. */
  readonly sent: unknown
  readonly now: unknown
  /** The normalized form of `now` (the newest saved value). */
  readonly saved: unknown
}

/** The fields that contain unordered lists, each with a function that returns the key that identifies an entry. */
export type Lists = Readonly<Record<string, (entry: unknown) => string>>

export interface Merged {
  readonly value: unknown
  /**
   * True if the person changed a field for which another person has meanwhile saved a different value. The person must then choose. `value`
   * contains the value of the person who must choose.
   */
  readonly isAsked: boolean
}

/** Merges the versions of a value recursively. Fields that the person did not change take the newest saved value. */
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

/** Merges two lists: the person's entries in their order, followed by the entries that exist only in the saved list. */
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

// Small functions that check an `unknown` value and return it with its type. They return null if the value does not match, never throw, and
// never cast.

export type Json = { readonly [field: string]: unknown }

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

export function number(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

/** Accepts a sequence number or a count: a non-negative integer that a number represents exactly. */
export function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

export function flag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}

/** Returns the value if it is one of the given words, otherwise null. */
export function word<const T extends string>(words: readonly T[], value: unknown): T | null {
  return words.find((known) => known === value) ?? null
}

/** Decodes a list. Returns null if any item is invalid, because a partial list would look complete. */
export function list<T>(value: unknown, item: (value: unknown) => T | null): T[] | null {
  if (!Array.isArray(value)) return null
  const items: T[] = []
  for (const entry of value) {
    const taken = item(entry)
    if (taken === null) return null
    items.push(taken)
  }
  return items
}

/** Parses JSON. Returns undefined if the text is not valid JSON. */
export function parseJson(source: string): unknown {
  try {
    const value: unknown = JSON.parse(source)
    return value
  } catch {
    return undefined
  }
}

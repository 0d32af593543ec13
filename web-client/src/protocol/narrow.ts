// Small total functions from `unknown` to a shape: each gives the value or `null`, none throws, none casts.

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

/** A place in a history or a count: whole, not negative, exact. */
export function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
}

export function flag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}

/** One of a closed list of words. */
export function word<const T extends string>(words: readonly T[], value: unknown): T | null {
  return words.find((known) => known === value) ?? null
}

/** All of a list, or nothing: half a list would look whole. */
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

/** What `JSON.parse` makes of a text, or `undefined`. */
export function parseJson(source: string): unknown {
  try {
    const value: unknown = JSON.parse(source)
    return value
  } catch {
    return undefined
  }
}

// The world's time zones by IANA name. They can be searched, and shown with their UTC offset and local time.

import { folded } from './search.ts'
import type { WallTime } from './hours-status.ts'

/**
 * Whether `name` is a time zone name. Rejects offsets such as `+01:00`, which browsers accept, because an offset has no daylight saving
 * time.
 */
export function isZone(name: string): boolean {
  try {
    return /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

export function ownZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** Additional search words: large cities, and the current names of zones that browsers list under an old name. */
const ALSO: Readonly<Record<string, string>> = { 'Europe/Kiev': 'kyiv', 'Asia/Calcutta': 'kolkata mumbai delhi', 'Asia/Saigon': 'ho chi minh', 'Asia/Rangoon': 'yangon', 'Asia/Katmandu': 'kathmandu', 'America/Buenos_Aires': 'argentina', 'America/New_York': 'boston washington', 'America/Los_Angeles': 'san francisco seattle', 'Asia/Shanghai': 'beijing', 'Europe/Berlin': 'frankfurt hamburg munich', UTC: 'gmt' }

export function zoneNames(): readonly string[] {
  return [...new Set(['UTC', ...Intl.supportedValuesOf('timeZone')])]
}

const plain = (text: string) => folded(text).replace(/[_/\s,]+/g, ' ').trim()

/**
 * Returns the zones whose name contains every search word. Exact matches come first, then zones whose city begins with the search text,
 * then zones whose full name begins with it.
 */
export function zonesFor(names: readonly string[], asked: string, first: readonly string[]): readonly string[] {
  const words = plain(asked).split(' ').filter((word) => word !== '')
  if (words.length === 0) return [...new Set([...first, ...names])]
  const rank = (name: string) => {
    const [whole, place] = [plain(name), plain(name.slice(name.lastIndexOf('/') + 1))]
    const all = `${whole} ${ALSO[name] ?? ''}`
    if (!words.every((word) => all.includes(word))) return null
    const asked = words.join(' ')
    return whole === asked ? 0 : place.startsWith(asked) ? 1 : whole.startsWith(asked) ? 2 : 3
  }
  return names.flatMap((name) => { const at = rank(name); return at === null ? [] : [{ name, at }] }).toSorted((a, b) => a.at - b.at).map(({ name }) => name)
}

/** Returns the zone's offset as `UTC+01:00`; empty if it is not known. */
export function offsetOf(zone: string, now: number): string {
  const told = partOf(zone, now, { timeZoneName: 'longOffset' }, 'timeZoneName')
  return told === 'GMT' ? 'UTC+00:00' : told.replace('GMT', 'UTC').replace('-', '\u2212')
}

/** Returns the wall-clock time in a time zone. */
export function wallTimeIn(zone: string, now: number): WallTime {
  const part = (name: 'year' | 'month' | 'day' | 'hour' | 'minute') => partOf(zone, now, { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, name).padStart(2, '0')
  return { date: `${part('year')}-${part('month')}-${part('day')}`, minutes: Number(part('hour')) * 60 + Number(part('minute')) }
}

function partOf(zone: string, now: number, options: Intl.DateTimeFormatOptions, name: Intl.DateTimeFormatPartTypes): string {
  return new Intl.DateTimeFormat('en-US', { timeZone: zone, ...options }).formatToParts(new Date(now)).find(({ type }) => type === name)?.value ?? ''
}

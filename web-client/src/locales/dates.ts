// Formats dates and times in the reader's language.

import { language, locale } from './index.ts'

const formats = new Map<string, Intl.DateTimeFormat>()

/** Returns a cached formatter, because creating one costs more than using it a thousand times. */
export function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${language()}/${name}`
  const held = formats.get(key) ?? new Intl.DateTimeFormat(locale(), options)
  formats.set(key, held)
  return held
}

/** Formats the time of day as `2:05 PM` or `14:05`, depending on the language. */
export function timeOfDay(iso: string): string {
  return format('time', { timeStyle: 'short' }).format(new Date(iso))
}

export function day(iso: string): string {
  return format('day', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(iso))
}

export function dateTime(iso: string): string {
  // On a 24-hour clock, show the hour with two digits.
  const hour = format('time', { timeStyle: 'short' }).resolvedOptions().hour12 === true ? 'numeric' : '2-digit'
  const options = { day: 'numeric', month: 'short', hour, minute: '2-digit' } as const
  return isOtherYear(iso, Date.now()) ? format('both-year', { ...options, year: 'numeric' }).format(new Date(iso)) : format('both', options).format(new Date(iso))
}

/** Returns the name of a weekday. Index 0 is Monday. */
export function weekday(index: number): string {
  // 5 January 1970 was a Monday, and that day has index 0.
  return format('weekday-name', { weekday: 'long', timeZone: 'UTC' }).format(new Date((index + 4) * 86_400_000))
}

export function isOtherYear(iso: string, now: number): boolean {
  return new Date(iso).getFullYear() !== new Date(now).getFullYear()
}

/** Returns a key that is equal for times on the same calendar day in the local time zone. */
export function dayKey(iso: string): string {
  return new Date(iso).toDateString()
}

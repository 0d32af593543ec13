// Formats how long ago something happened, for lists and headings.

import { day, format, isOtherYear, timeOfDay } from './dates.ts'
import { locale } from './index.ts'

/**
 * Formats a time for use in a sentence. Within the last hour, gives minutes; for today, the time of day. Otherwise gives "yesterday" or the
 * date, with the year if it is not the current year.
 */
export function shortWhen(iso: string, now: number): string {
  const minutes = Math.floor((now - Date.parse(iso)) / 60_000)
  if (minutes === 0) return relative(0, 'second')
  if (minutes > 0 && minutes < 60) return relative(-minutes, 'minute')
  const days = daysAgo(iso, now)
  if (days === 0) return timeOfDay(iso)
  if (days === 1) return relative(-1, 'day')
  return isOtherYear(iso, now) ? format('date-year', { day: 'numeric', month: 'short', year: 'numeric' }).format(new Date(iso)) : format('date', { day: 'numeric', month: 'short' }).format(new Date(iso))
}

/** Like `shortWhen`, but "Yesterday" is capitalized, because it begins the line in a list. */
export function listWhen(iso: string, now: number): string {
  const when = shortWhen(iso, now)
  return daysAgo(iso, now) === 1 ? capital(when) : when
}

/** Formats a day for a heading, such as "Today" or "Yesterday". */
export function dayHeading(iso: string, now: number): string {
  const days = daysAgo(iso, now)
  return days === 0 || days === 1 ? capital(relative(-days, 'day')) : day(iso)
}

/** Counts the calendar days between two times in the reader's time zone. A difference of less than 24 hours can be one day. */
function daysAgo(iso: string, now: number): number {
  const start = (at: Date) => Date.UTC(at.getFullYear(), at.getMonth(), at.getDate())
  return Math.round((start(new Date(now)) - start(new Date(iso))) / 86_400_000)
}

function relative(n: number, unit: 'second' | 'minute' | 'day'): string {
  return new Intl.RelativeTimeFormat(locale(), { numeric: 'auto', style: unit === 'day' ? 'long' : 'short' }).format(n, unit)
}

function capital(text: string): string {
  return text.replace(/^\p{Ll}/u, (letter) => letter.toLocaleUpperCase(locale()))
}

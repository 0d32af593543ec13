// Sentences for customers only: when to expect an answer.

import { locale, number, t } from './index.ts'

/** An approximate duration in one unit. */
export function about(seconds: number): string {
  const of = (value: number, unit: 'minute' | 'hour' | 'day') => number(Math.max(1, Math.round(value)), { style: 'unit', unit, unitDisplay: 'long' })
  if (seconds < 90 * 60) return of(seconds / 60, 'minute')
  return seconds < 36 * 3600 ? of(seconds / 3600, 'hour') : of(seconds / 86_400, 'day')
}

/** Says that the team is away and, if known, when it is back. */
export function closedUntil(opensAt: string | null): string {
  return opensAt === null ? t('widget.closed_now') : t('widget.opens', { when: new Intl.DateTimeFormat(locale(), { weekday: 'long', hour: 'numeric', minute: '2-digit' }).format(new Date(opensAt)) })
}

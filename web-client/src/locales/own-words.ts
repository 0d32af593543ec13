// Texts that tell customers when they can expect a reply. Staff do not see these texts.

import { locale, number, t } from './index.ts'

/** Formats an approximate duration in minutes, hours or days. */
export function about(seconds: number): string {
  const of = (value: number, unit: 'minute' | 'hour' | 'day') => number(Math.max(1, Math.round(value)), { style: 'unit', unit, unitDisplay: 'long' })
  if (seconds < 90 * 60) return of(seconds / 60, 'minute')
  return seconds < 36 * 3600 ? of(seconds / 3600, 'hour') : of(seconds / 86_400, 'day')
}

/** Says that the team is away. If `opensAt` is known, says when the team is back. */
export function closedUntil(opensAt: string | null): string {
  return opensAt === null ? t('widget.closed_now') : t('widget.opens', { when: new Intl.DateTimeFormat(locale(), { weekday: 'long', hour: 'numeric', minute: '2-digit' }).format(new Date(opensAt)) })
}

// Puts the parts of retention into words.

import type { RetentionRun, RetentionSkipped, RetentionState } from '../../../../protocol/generated.ts'
import type { Tone } from '../../../../ui/kit/tag.tsx'
import { format } from '../../../../locales/dates.ts'
import { number } from '../../../../locales/index.ts'
import { isZone } from '../../../../client/zones.ts'
import type { ConsoleContext } from '../../context.ts'
import { s } from './strings.ts'

/** A date with the time of day and the year, because runs are months apart. */
export const moment = (iso: string): string => format('retention-moment', { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))

/** Like `moment`, but in the time zone of the rule, which it names. Otherwise the time would differ from that in the form. */
export const momentIn = (iso: string, zone: string): string => format(`retention-moment-${zone}`, { day: 'numeric', month: 'short', year: 'numeric', hour: 'numeric', minute: '2-digit', timeZoneName: 'short', timeZone: isZone(zone) ? zone : 'UTC' }).format(new Date(iso))

/** A date with the year. */
export const date = (iso: string): string => format('retention-date', { dateStyle: 'medium' }).format(new Date(iso))

export const percent = (share: number): string => number(share / 100, { style: 'percent', maximumFractionDigits: 1 })

/** The name of a colleague; a general word if the list of colleagues does not have the person. */
export function nameOf({ team }: Pick<ConsoleContext, 'team'>, id: string | null): string {
  const found = id === null ? undefined : team.agents.value.find(({ user_id }) => user_id === id)
  return found?.name ?? found?.email ?? s(id === null ? 'retention.by_operator' : 'retention.by_admin')
}

export const TONES: Readonly<Record<RetentionState, Tone>> = { waiting: 'warn', acting: 'accent', done: 'good', stopped: 'neutral', expired: 'neutral' }

/** What a run or a plan left out, in the order of importance. Only reasons that apply. */
export function leftOut(skipped: RetentionSkipped): readonly string[] {
  const all: readonly (readonly [n: number, sentence: string])[] = [
    [skipped.held, s('retention.skipped.held', { n: skipped.held })],
    [skipped.undated, s('retention.skipped.undated', { n: skipped.undated })],
    [skipped.refused, s('retention.skipped.refused', { n: skipped.refused })],
    [skipped.busy, s('retention.skipped.busy', { n: skipped.busy })],
    [skipped.younger, s('retention.skipped.younger', { n: skipped.younger })],
    [skipped.open, s('retention.skipped.open', { n: skipped.open })],
  ]
  return all.flatMap(([n, sentence]) => (n > 0 ? [sentence] : []))
}

/** What a run did, or why it did nothing. */
export function outcome(run: RetentionRun): string {
  switch (run.state) {
    case 'waiting': return s(`retention.would.${run.kind}`, { n: run.due })
    case 'acting': return s(`retention.doing.${run.kind}`, { n: run.changed, due: run.due })
    case 'done': return s(`retention.did.${run.kind}`, { n: run.changed })
    case 'stopped': return s(stopped(run.reason))
    case 'expired': return s('retention.expired')
  }
}

function stopped(reason: string | null) {
  switch (reason) {
    case 'switched_off': return 'retention.stopped.switched_off'
    case 'refused': return 'retention.stopped.refused'
    case 'clock_set_back': return 'retention.stopped.clock_set_back'
    default: return 'retention.stopped.settings_changed'
  }
}

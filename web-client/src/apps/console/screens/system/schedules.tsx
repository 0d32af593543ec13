import { minutesOf } from '../../../../client/hours.ts'
import type { JobsView, ScheduleView } from '../../../../protocol/generated.ts'
import { dateTime, weekday } from '../../../../locales/dates.ts'
import { clockOf } from '../../../../ui/kit/time-field.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Tag } from '../../../../ui/kit/tag.tsx'
import type { Act } from './act.ts'
import { Part } from './part.tsx'
import { s } from './strings.ts'
import { S } from './testids.ts'
import { jobName } from './words.ts'

export function Schedules({ view, act }: { readonly view: JobsView; readonly act: Act }) {
  return (
    <Part title={s('system.jobs.schedules')} hint={s('system.jobs.schedules_hint')} none={view.schedules.length === 0 ? s('system.jobs.no_schedules') : null}>
      <ul class="system-failed" aria-label={s('system.jobs.schedules')}>{view.schedules.map((one) => <Schedule key={one.name} one={one} act={act} />)}</ul>
    </Part>
  )
}

function Schedule({ one, act }: { readonly one: ScheduleView; readonly act: Act }) {
  const name = jobName(one.name)
  const isPaused = one.paused_at !== null
  const key = `schedule/${one.name}`
  const pause = () => void act.send(key, (rest) => rest.pauseSchedule(one.name, !isPaused), s(isPaused ? 'system.jobs.resumed' : 'system.jobs.paused', { name }))
  const run = () => act.ask({
    title: s('system.jobs.run_ask', { name }),
    what: s(one.name.startsWith('retention_') ? 'system.jobs.run_retention' : 'system.jobs.run_what'),
    action: s('system.jobs.run_do'),
    isDanger: one.name.startsWith('retention_'),
    run: () => void act.send(`${key}/run`, (rest) => rest.runSchedule(one.name), s('system.jobs.started', { name })),
  })
  return (
    <li data-testid={S.schedule} data-schedule={one.name} data-paused={isPaused}>
      <div>
        <span class="system-tags"><strong>{name}</strong>{isPaused && <Tag tone="warn">{s('system.jobs.is_paused')}</Tag>}</span>
        <p>{rule(one)}</p>
        <p class="muted">{isPaused ? s('system.jobs.next_paused') : s('system.jobs.next', { when: dateTime(one.next_at) })} {lastRun(one)}</p>
        {one.last_run !== null && one.last_run.done_at === null && one.last_run.error !== null && <p class="system-error" dir="auto">{one.last_run.error}</p>}
      </div>
      <div class="actions">
        <Button isBusy={act.busy === `${key}/run`} isDisabled={isPaused} label={s('system.jobs.run_of', { name })} testid={S.run} onClick={run}>{s('system.jobs.run')}</Button>
        <Button kind="quiet" isBusy={act.busy === key} label={s(isPaused ? 'system.jobs.resume_of' : 'system.jobs.pause_of', { name })} testid={S.pause} onClick={pause}>{s(isPaused ? 'system.jobs.resume' : 'system.jobs.pause')}</Button>
      </div>
    </li>
  )
}

/** When the schedule occurs, in a sentence. */
function rule({ days, on_day, time, zone }: ScheduleView): string {
  const minutes = minutesOf(time)
  const places = { time: minutes === null ? time : clockOf(minutes), zone: zone.replaceAll('_', ' ') }
  switch (days) {
    case 'day': return s('system.jobs.each.day', places)
    case 'week': return s('system.jobs.each.week', { ...places, day: weekday((on_day ?? 1) - 1) })
    case 'month': return s('system.jobs.each.month', { ...places, day: on_day ?? 1 })
    case 'quarter': return s('system.jobs.each.quarter', { ...places, day: on_day ?? 1 })
  }
}

function lastRun({ name, last_run: last }: ScheduleView): string {
  if (last === null) return s('system.jobs.never_ran')
  // A schedule of retention only plans. The run itself may still wait for an admin.
  if (last.done_at !== null) return s(name.startsWith('retention_') ? 'system.jobs.planned' : 'system.jobs.ran', { when: dateTime(last.done_at) })
  return s(last.error === null ? 'system.jobs.runs' : 'system.jobs.run_failed', { when: dateTime(last.started_at) })
}

// The system screen: describes the server's readiness checks in words, and says what to do about a failing check.

import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks'
import { onWindow } from '../../../../client/on-window.ts'
import { createPolled } from '../../../../client/polled.ts'
import { askSystem, byNeed } from '../../../../client/system.ts'
import { isVisible } from '../../../../client/visibility.ts'
import type { Feature, SystemCheck, SystemView } from '../../../../protocol/generated.ts'
import type { Problem } from '../../../../protocol/model.ts'
import { dateTime } from '../../../../locales/dates.ts'
import { inLanguage, locale, number, t, tProblem } from '../../../../locales/index.ts'
import { Skeleton } from '../../../../ui/skeleton.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Tag } from '../../../../ui/kit/tag.tsx'
import { useSheet } from '../../../../ui/use-sheet.ts'
import { T } from '../../../../testids.ts'
import { ScreenPage } from '../../settings/screen-page.tsx'
import type { ScreenProps } from '../screen.ts'
import { Background } from './background.tsx'
import { s } from './strings.ts'
import css from './system.css?inline'
import { S } from './testids.ts'
import title from './title.json'
import { checkName, checkWords } from './words.ts'

/** A server with this feature has routes about background work. */
const JOBS: Feature = 'jobs'

export function SystemScreen({ context }: ScreenProps) {
  const { client } = context
  const system = useMemo(() => createPolled({ load: () => askSystem(client) }), [client])
  useLayoutEffect(() => () => system.dispose(), [system])
  useEffect(() => onWindow('visibilitychange', () => { if (isVisible()) void system.reload() }), [system])
  const box = useRef<HTMLDivElement>(null)
  useSheet(box, css)
  const view = system.value.value
  const reload = () => void system.reload()
  return (
    <ScreenPage context={context} title={inLanguage(title)} hint={s('system.hint')} testid={S.screen}>
      <div class="system-screen" ref={box}>
        <Missing problem={system.problem.value} hasOlder={view !== null} onRetry={reload} />
        {view === null ? system.problem.value === null && <Skeleton lines={8} /> : <Found context={context} view={view} isBusy={system.state.value === 'stale' && system.problem.value === null} onRefresh={reload} />}
      </div>
    </ScreenPage>
  )
}

/**
 * Shows why the system's state could not be loaded. If the database is down, the server cannot even authenticate the request, so that case
 * has its own text.
 */
function Missing({ problem, hasOlder, onRetry }: { readonly problem: Problem | null; readonly hasOlder: boolean; readonly onRetry: () => void }) {
  if (problem === null) return null
  return (
    <div class="problem" role="alert" data-testid={T.problem} data-code={problem.code}>
      <span>{problem.code === 'unavailable' ? s('system.unavailable') : tProblem(problem)}{hasOlder && <span data-testid={S.stale}> {s('system.older')}</span>}</span>
      <button type="button" class="quiet" data-testid={T.problemRetry} onClick={onRetry}>{t('app.retry')}</button>
    </div>
  )
}

interface FoundProps extends Pick<ScreenProps, 'context'> {
  readonly view: SystemView
  readonly isBusy: boolean
  readonly onRefresh: () => void
}

function Found({ context, view, isBusy, onRefresh }: FoundProps) {
  const hasJobs = context.client.rest.features().includes(JOBS)
  const failing = view.checks.filter(({ state }) => state === 'failing').length
  const checks = (
    <>
      <div class="system-head">
        <p role="status" data-testid={S.summary} data-failing={failing}>{failing === 0 ? <Tag tone="good">{s('system.well')}</Tag> : <Tag tone="bad">{s('system.failing', { n: failing })}</Tag>}</p>
        <p class="muted" data-testid={S.at} data-at={view.at}>{s('system.at', { when: clockTime(view.at) })}</p>
        <Button icon="retry" isBusy={isBusy} testid={S.refresh} onClick={onRefresh}>{s('system.refresh')}</Button>
      </div>
      <ul class="system-checks" aria-label={s('system.checks')}>
        {byNeed(view.checks).map((check) => <Check key={check.name} check={check} />)}
      </ul>
    </>
  )
  return <>{hasJobs ? <Background context={context}>{checks}</Background> : checks}<Values view={view} /></>
}

function Check({ check }: { readonly check: SystemCheck }) {
  const words = checkWords(check)
  return (
    <li data-testid={S.check} data-check={check.name} data-state={check.state} data-code={check.code}>
      <strong>{checkName(check)}</strong>
      <span class="system-state"><span class="dot" aria-hidden="true" />{s(`system.state.${check.state}`)}</span>
      {words !== '' && <p class="system-why">{words}{check.state !== 'ok' && check.since !== null && <> {s('system.since', { when: dateTime(check.since) })}</>}</p>}
    </li>
  )
}

/** Formats a time with seconds, because the screen refreshes every 15 seconds. */
const clockTime = (iso: string) => new Intl.DateTimeFormat(locale(), { timeStyle: 'medium' }).format(new Date(iso))

function Values({ view }: { readonly view: SystemView }) {
  const { schema_found: found, schema_expected: expected } = view
  const schema = (one: { readonly version: number; readonly generation: number }) => `${number(one.version)} / ${number(one.generation)}`
  const values: readonly (readonly [name: string, label: string, value: string])[] = [
    ['version', s('system.version'), view.version],
    ['started', s('system.started'), dateTime(view.started_at)],
    ['instance', s('system.instance'), view.instance],
    ['connections', s('system.connections'), number(view.connections)],
    ['rooms', s('system.rooms'), number(view.rooms)],
    ['pool', s('system.pool'), s('system.pool_of', { used: number(view.pool_used), idle: number(view.pool_idle), waiting: number(view.pool_waiting) })],
    ['database', s('system.database'), view.database_version ?? s('system.not_known')],
    ['size', s('system.size'), view.database_mib === null ? s('system.not_known') : number(view.database_mib, { style: 'unit', unit: 'megabyte' })],
    ['schema', s('system.schema'), found === null ? s('system.not_known') : found.version === expected.version && found.generation === expected.generation ? schema(found) : s('system.schema_of', { found: schema(found), expected: schema(expected) })],
    ['clock', s('system.clock'), view.clock_offset_ms === null ? s('system.not_known') : number(Math.round(view.clock_offset_ms), { style: 'unit', unit: 'millisecond', signDisplay: 'exceptZero' })],
    ['retention', s('system.retention'), view.retention_at === null ? s('system.not_known') : dateTime(view.retention_at)],
  ]
  return (
    <div class="card">
      <h2>{s('system.figures')}</h2>
      <dl class="system-values">
        {values.map(([name, label, value]) => <div key={name} data-testid={S.value} data-value={name}><dt>{label}</dt><dd dir="auto">{value}</dd></div>)}
      </dl>
    </div>
  )
}

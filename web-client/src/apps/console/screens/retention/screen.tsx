// The retention screen: when tickets are archived and deleted next, what the last runs did, the periods, and the legal holds.

import { useEffect, useLayoutEffect, useRef } from 'preact/hooks'
import { onWindow } from '../../../../client/on-window.ts'
import { retentionFor, type RetentionStore } from '../../../../client/retention.ts'
import { isVisible } from '../../../../client/visibility.ts'
import type { RetentionView } from '../../../../protocol/generated.ts'
import { inLanguage, t, tProblem } from '../../../../locales/index.ts'
import { T } from '../../../../testids.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Skeleton } from '../../../../ui/skeleton.tsx'
import { useSheet } from '../../../../ui/use-sheet.ts'
import { ScreenPage } from '../../settings/screen-page.tsx'
import type { ScreenProps } from '../screen.ts'
import { Holds } from './holds.tsx'
import { Next } from './next.tsx'
import css from './retention.css?inline'
import { Runs } from './runs.tsx'
import { SettingsForm } from './settings-form.tsx'
import { s } from './strings.ts'
import { R } from './testids.ts'
import title from './title.json'
import { Waiting } from './waiting.tsx'

/** How often the screen is loaded again while a run acts, in milliseconds. */
const ACTING_MS = 5_000

export function RetentionScreen({ context }: ScreenProps) {
  const store = retentionFor(context.client)
  const { settings, view } = store
  useEffect(() => {
    // A store that was just created is loading already.
    if (settings.state.peek() !== 'loading') void settings.reload()
    return onWindow('visibilitychange', () => { if (isVisible()) void settings.reload() })
  }, [settings])
  useLayoutEffect(() => store.forgetPlan, [store])
  const isActing = view.value?.runs.some(({ state }) => state === 'acting') ?? false
  useEffect(() => {
    if (!isActing) return undefined
    const timer = setInterval(() => { if (isVisible()) void settings.reload() }, ACTING_MS)
    return () => clearInterval(timer)
  }, [isActing, settings])
  const box = useRef<HTMLDivElement>(null)
  useSheet(box, css)
  const found = view.value
  return (
    <ScreenPage context={context} title={inLanguage(title)} hint={s('retention.hint')} testid={R.screen}>
      <div class="retention-screen" ref={box}>
        {found !== null ? <Found context={context} store={store} view={found} />
          : settings.problem.value === null ? <Skeleton lines={8} /> : <ProblemLine problem={settings.problem.value} onRetry={() => void settings.reload()} />}
      </div>
    </ScreenPage>
  )
}

interface FoundProps {
  readonly context: ScreenProps['context']
  readonly store: RetentionStore
  readonly view: RetentionView
}

function Found({ context, store, view }: FoundProps) {
  const { settings } = store
  const problem = settings.problem.value
  const reload = () => void settings.reload()
  return (
    <>
      {problem !== null && (
        <div class="problem" role="alert" data-testid={T.problem} data-code={problem.code}>
          <span>{tProblem(problem)}<span data-testid={R.stale}> {s('retention.older')}</span></span>
          <button type="button" class="quiet" data-testid={T.problemRetry} onClick={reload}>{t('app.retry')}</button>
        </div>
      )}
      {view.runs.filter(({ state }) => state === 'waiting').map((run) => <Waiting key={run.id} context={context} store={store} run={run} />)}
      <Next context={context} store={store} view={view} />
      <SettingsForm context={context} store={store} />
      <Runs context={context} runs={view.runs} />
      <Holds context={context} store={store} holds={view.holds} />
    </>
  )
}

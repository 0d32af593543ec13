// Background work on the system screen: what is held, what has failed, and the state of consumers, timers, deliveries and schedules.

import type { ComponentChildren } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useState } from 'preact/hooks'
import { createJobs, jobsRest, type Jobs } from '../../../../client/jobs.ts'
import { onWindow } from '../../../../client/on-window.ts'
import { isVisible } from '../../../../client/visibility.ts'
import { t } from '../../../../locales/index.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { Skeleton } from '../../../../ui/skeleton.tsx'
import { Confirm } from '../../../../ui/kit/confirm.tsx'
import { tell } from '../../actions.ts'
import type { ScreenProps } from '../screen.ts'
import type { Act, Ask } from './act.ts'
import { Consumers, Timers } from './consumers.tsx'
import { Deliveries } from './deliveries.tsx'
import { Held } from './held.tsx'
import { Schedules } from './schedules.tsx'
import { s } from './strings.ts'
import { S } from './testids.ts'

interface BackgroundProps extends Pick<ScreenProps, 'context'> {
  /** The checks. A hold is shown above them, because it is more urgent, and the other parts below. */
  readonly children: ComponentChildren
}

export function Background({ context, children }: BackgroundProps) {
  const { client } = context
  const rest = useMemo(() => jobsRest(client), [client])
  const jobs = useMemo(() => createJobs(rest), [rest])
  useLayoutEffect(() => () => jobs.view.dispose(), [jobs])
  useEffect(() => onWindow('visibilitychange', () => { if (isVisible()) void jobs.view.reload() }), [jobs])
  const [asked, setAsked] = useState<Ask | null>(null)
  const view = jobs.view.value.value
  const problem = jobs.view.problem.value
  const act: Act = {
    busy: jobs.busy.value,
    ask: setAsked,
    async send(key, call, told) {
      const done = await jobs.change(key, call)
      setAsked(null)
      if (done !== null) tell(context, typeof told === 'string' ? told : told(done.value))
    },
  }
  return (
    <>
      {view !== null && <Held view={view} act={act} />}
      <Refused jobs={jobs} />
      {children}
      <section class="system-jobs" aria-label={s('system.jobs.title')} data-testid={S.jobs}>
        {problem !== null && <ProblemLine problem={problem} onRetry={() => void jobs.view.reload()} />}
        {view === null ? problem === null && <Skeleton lines={6} /> : (
          <>
            <Consumers context={context} view={view} act={act} />
            <Timers context={context} view={view} act={act} />
            <Deliveries context={context} rest={rest} view={view} act={act} />
            <Schedules view={view} act={act} />
          </>
        )}
      </section>
      {asked !== null && (
        <Confirm title={asked.title} action={asked.action} isDanger={asked.isDanger} isBusy={act.busy !== null} testid={S.sure} onClose={() => setAsked(null)} onConfirm={asked.run}>
          {asked.what}
        </Confirm>
      )}
    </>
  )
}

/** Why the last change was refused. It stays in view while the person scrolls, because the button may be far below. */
function Refused({ jobs }: { readonly jobs: Jobs }) {
  const refused = jobs.refused.value
  if (refused === null) return null
  const isLate = refused.problem.code === 'conflict' || refused.problem.code === 'not_found'
  return <div class="system-refused"><ProblemLine problem={refused.problem} onDismiss={jobs.dismiss} words={isLate ? { sentence: s('system.jobs.changed'), retry: t('app.retry') } : undefined} /></div>
}

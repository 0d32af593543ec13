// What stands where there is nothing to show yet, nothing at all, or a refusal.

import type { ComponentChildren } from 'preact'
import type { Problem } from '../protocol/model.ts'
import { t, tProblem } from '../locales/index.ts'
import { T } from '../testids.ts'

interface ProblemProps {
  readonly problem: Problem | null
  readonly onRetry?: (() => void) | undefined
  /** In place of the usual words. */
  readonly words?: { readonly sentence: string; readonly retry: string } | undefined
  readonly onDismiss?: (() => void) | undefined
}

export function ProblemLine({ problem, onRetry, onDismiss, words }: ProblemProps) {
  if (problem === null) return null
  return (
    <p class="problem" role="alert" data-testid={T.problem} data-code={problem.code}>
      <span title={problem.title === '' ? undefined : problem.title}>{words?.sentence ?? tProblem(problem)}</span>
      {onRetry !== undefined && <button type="button" class="quiet" data-testid={T.problemRetry} onClick={onRetry}>{words?.retry ?? t('app.retry')}</button>}
      {onDismiss !== undefined && <button type="button" class="quiet" data-testid={T.problemDismiss} onClick={onDismiss}>{t('app.dismiss')}</button>}
    </p>
  )
}

export function Skeleton({ lines }: { readonly lines: number }) {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => <span key={index} />)}
    </div>
  )
}

export function Empty({ children, testid }: { readonly children: ComponentChildren; readonly testid?: string }) {
  return <p class="empty" data-testid={testid}>{children}</p>
}

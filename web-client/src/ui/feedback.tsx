// Components that are shown instead of content: an error, or an empty state.

import type { ComponentChildren } from 'preact'
import type { Problem } from '../protocol/model.ts'
import { t, tProblem } from '../locales/index.ts'
import { T } from '../testids.ts'
import { Icon, type IconName } from './icon.tsx'

interface ProblemProps {
  readonly problem: Problem | null
  readonly onRetry?: (() => void) | undefined
  /** Texts to show instead of the default texts for this problem. */
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

interface EmptyProps {
  readonly children: ComponentChildren
  readonly icon?: IconName
  readonly title?: string
  /** A button with the suggested next step. */
  readonly action?: { readonly label: string; readonly run: () => void; readonly isMain?: boolean; readonly testid?: string } | undefined
  readonly testid?: string
}

/** An empty state: says why there is nothing to show, and suggests what to do. */
export function Empty({ children, icon, title, action, testid }: EmptyProps) {
  return (
    <div class="empty" data-testid={testid}>
      {icon !== undefined && <span class="empty-icon"><Icon name={icon} size={24} /></span>}
      {title !== undefined && <p class="empty-title">{title}</p>}
      <p>{children}</p>
      {action !== undefined && <button type="button" class={action.isMain === true ? 'primary' : ''} data-testid={action.testid} onClick={action.run}>{action.label}</button>}
    </div>
  )
}

/** Adds a hidden `h1`. Used on pages without an open ticket, whose subject would be the `h1`. */
export function Unopened({ children }: { readonly children: ComponentChildren }) {
  return <><h1 class="hidden">{t('app.support')}</h1>{children}</>
}

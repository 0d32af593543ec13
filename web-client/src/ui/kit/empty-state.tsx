import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from '../icon.tsx'

interface EmptyStateProps {
  readonly icon: IconName
  readonly title: string
  readonly hint?: ComponentChildren
  /** The next step: a button or a link. */
  readonly action?: ComponentChildren
  readonly testid?: string
}

export function EmptyState({ icon, title, hint, action, testid }: EmptyStateProps) {
  return (
    <div class="empty empty-state" data-testid={testid}>
      <span class="empty-icon"><Icon name={icon} /></span>
      <p class="empty-title">{title}</p>
      {hint !== undefined && <p>{hint}</p>}
      {action !== undefined && <p class="empty-action">{action}</p>}
    </div>
  )
}

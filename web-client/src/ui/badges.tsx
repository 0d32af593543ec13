// A ticket's words as badges: always a word beside the colour.

import type { Priority, Status } from '../protocol/generated.ts'
import { tWord } from '../locales/index.ts'
import { tOwnStatus } from '../locales/own-words.ts'

export function StatusBadge({ status, testid }: { readonly status: Status; readonly testid?: string }) {
  const name = tWord('status', status)
  return <span class={`badge status-${status}`} title={name} data-testid={testid} data-value={status}>{name}</span>
}

/** The same in the words of its customer. */
export function OwnStatusBadge({ status, testid }: { readonly status: Status; readonly testid?: string }) {
  return <span class={`badge status-${status}`} data-testid={testid} data-value={status}>{tOwnStatus(status)}</span>
}

export function PriorityBadge({ priority, testid }: { readonly priority: Priority; readonly testid?: string }) {
  return (
    <span class={`badge priority priority-${priority}`} data-testid={testid} data-value={priority}>
      <span class="dot" aria-hidden="true" />
      {tWord('priority', priority)}
    </span>
  )
}

export function Avatar({ name, side }: { readonly name: string; readonly side?: 'customer' | 'admin' | 'system' }) {
  const initials = name.split(/\s+/).map((word) => word.slice(0, 1)).join('').slice(0, 2).toUpperCase()
  return <span class={`avatar ${side ?? ''}`} aria-hidden="true">{initials}</span>
}

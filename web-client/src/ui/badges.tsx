// Badges for a ticket's status and priority. Each badge has a word, visible or as its accessible name.

import type { Priority, Status } from '../protocol/generated.ts'
import { tWord } from '../locales/index.ts'
import { tOwnStatus } from '../locales/own-status.ts'

export function StatusBadge({ status, testid }: { readonly status: Status; readonly testid?: string }) {
  const name = tWord('status', status)
  return <span class={`badge status-${status}`} title={name} data-testid={testid} data-value={status}>{name}</span>
}

/** The status as customers see it. An escalated ticket is shown as "in progress". */
export function OwnStatusBadge({ status, testid }: { readonly status: Status; readonly testid?: string }) {
  return <span class={`badge status-${status === 'escalated' ? 'in_progress' : status}`} data-testid={testid} data-value={status}>{tOwnStatus(status)}</span>
}

export function PriorityBadge({ priority, testid }: { readonly priority: Priority; readonly testid?: string }) {
  return (
    <span class={`badge priority priority-${priority}`} data-testid={testid} data-value={priority}>
      <span class="dot" aria-hidden="true" />
      {tWord('priority', priority)}
    </span>
  )
}

/** Whether the priority is shown in lists. Only the two highest of the four priorities are. */
export function isPressing(priority: Priority): boolean {
  return priority === 'urgent' || priority === 'high'
}

const HUES = 12

/** A person's initials in a circle. The colour is computed from the name, so a person has the same colour everywhere. */
export function Avatar({ name, side, size }: { readonly name: string; readonly side?: 'customer' | 'admin' | 'system'; readonly size?: 'small' }) {
  const words = name.split(/[\s@._-]+/).filter((word) => word !== '')
  const initials = [words[0], words.length > 1 && !name.includes('@') ? words.at(-1) : undefined].map((word) => Array.from(word ?? '')[0] ?? '').join('').toUpperCase()
  const hue = (Array.from(name).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9_973, 7) % HUES) * (360 / HUES)
  return <span class={`avatar ${side ?? ''} ${size ?? ''}`} style={{ '--hue': String(hue) }} aria-hidden="true">{initials}</span>
}

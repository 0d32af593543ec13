// A ticket's words as badges: always a word beside the sign, or in its name.

import type { Priority, Status } from '../protocol/generated.ts'
import { t, tWord } from '../locales/index.ts'
import { tOwnStatus } from '../locales/own-words.ts'
import { Icon } from './icon.tsx'

export function StatusBadge({ status, testid }: { readonly status: Status; readonly testid?: string }) {
  const name = tWord('status', status)
  return <span class={`badge status-${status}`} title={name} data-testid={testid} data-value={status}>{name}</span>
}

/** The same in the words of its customer, to whom an escalated ticket is one in progress. */
export function OwnStatusBadge({ status, testid }: { readonly status: Status; readonly testid?: string }) {
  return <span class={`badge status-${status === 'escalated' ? 'in_progress' : status}`} data-testid={testid} data-value={status}>{tOwnStatus(status)}</span>
}

/** Where there is no room for the word: it is the dot's name. */
export function StatusDot({ status }: { readonly status: Status }) {
  const name = tWord('status', status)
  return <span class={`badge dot-only status-${status}`} title={name} data-value={status}><span class="hidden">{name}</span></span>
}

export function PriorityBadge({ priority, testid }: { readonly priority: Priority; readonly testid?: string }) {
  return (
    <span class={`badge priority priority-${priority}`} data-testid={testid} data-value={priority}>
      <span class="dot" aria-hidden="true" />
      {tWord('priority', priority)}
    </span>
  )
}

/** Only where it matters: two of four priorities are worth a look. */
export function isPressing(priority: Priority): boolean {
  return priority === 'urgent' || priority === 'high'
}

/** The same as a sign, which bears the word as its name. */
export function PriorityFlag({ priority }: { readonly priority: Priority }) {
  if (!isPressing(priority)) return null
  const name = `${t('ticket.priority')}: ${tWord('priority', priority)}`
  return <span class={`flag priority-${priority}`} title={name} data-value={priority}><Icon name="flag" size={14} /><span class="hidden">{name}</span></span>
}

const HUES = 12

/** A person's first letters in a colour of their own: the same wherever they are named so. */
export function Avatar({ name, side, size }: { readonly name: string; readonly side?: 'customer' | 'admin' | 'system'; readonly size?: 'small' }) {
  const words = name.split(/[\s@._-]+/).filter((word) => word !== '')
  const initials = [words[0], words.length > 1 && !name.includes('@') ? words.at(-1) : undefined].map((word) => Array.from(word ?? '')[0] ?? '').join('').toUpperCase()
  const hue = (Array.from(name).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9_973, 7) % HUES) * (360 / HUES)
  return <span class={`avatar ${side ?? ''} ${size ?? ''}`} style={{ '--hue': String(hue) }} aria-hidden="true">{initials}</span>
}

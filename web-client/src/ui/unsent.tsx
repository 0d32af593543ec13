// Lists messages that the server refused or that a sign-out paused, in tickets that are not open. Otherwise their authors might believe
// that the messages were sent.

import { useEffect, useRef } from 'preact/hooks'
import { say } from '../client/notifications.ts'
import { t, tProblem } from '../locales/index.ts'
import { lazy } from './lazy.tsx'
import type { UnsentProps } from './unsent-props.ts'

const UnsentList = lazy(async () => (await import('./unsent-list.tsx')).UnsentList, 1)

export function Unsent(props: UnsentProps) {
  const stopped = props.client.unsent.value.filter((entry) => (entry.refused !== null || entry.paused) && entry.ticket !== props.open)
  return stopped.length === 0 ? null : <UnsentList {...props} stopped={stopped} />
}

/** Shows a notification when a message is refused and its ticket is not the open one. */
export function useRefusals({ client, open, go }: UnsentProps): void {
  const now = useRef({ open, go })
  now.current = { open, go }
  useEffect(() => client.outbox.onChange((change) => {
    if (change.type !== 'refused' || change.elsewhere === true || change.entry.ticket === now.current.open) return
    const { number, ticket } = change.entry
    say(t('unsent.toast', { number, reason: tProblem({ code: change.code }) }), { label: t('unsent.open'), run: () => now.current.go(number === '' ? ticket : number) })
  }), [client])
}

// The widget's view of a ticket, and the connection that updates it. Loaded only for people who have a ticket.

import '../../locales/ticket.ts'
import { sentencesCame } from '../../locales/index.ts'
import { signal, type ReadonlySignal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import type { Client } from '../../client/client.ts'
import { createCustomerClient } from '../../client/customer-client.ts'
import { closeDrafts, openDrafts } from '../../client/drafts.ts'
import type { Joining } from '../../client/person.ts'
import { isUnfolded } from '../../client/visibility.ts'
import { fetchMarkdown } from '../../ui/body.tsx'
import { ConnectionBar } from '../../ui/connection-bar.tsx'
import messages from '../../ui/styles/messages.css?inline'
import parts from '../../ui/styles/ticket-parts.css?inline'
import ticket from '../../ui/styles/widget-ticket.css?inline'
import { fetchButtons } from '../../ui/use-attach.ts'
import { AttachButtons } from './attach.tsx'
import type { Own } from './own.tsx'
import { addStyles } from './styles.ts'
import { Room } from './views.tsx'

/** The client for one signed-in person, and the components that need it. */
export interface Joined {
  readonly client: Client
  /** The person's tickets. Null until `wantOwn` has loaded them. */
  readonly own: ReadonlySignal<Own | null>
  /** Loads the person's tickets into `own`. Retries until the load succeeds. */
  wantOwn(): void
  readonly Bar: () => preact.JSX.Element
  readonly Room: (props: { readonly place: string; readonly meanwhile: ComponentChildren }) => preact.JSX.Element
  /** Calls the listener with a ticket's number when the team has replied in that ticket. */
  onNews(listener: (number: string) => void): () => void
  dispose(): void
}

const RETRY_MS = 3_000

addStyles(parts, messages, ticket)
fetchMarkdown(() => import('./markdown.ts'))
fetchButtons(() => Promise.resolve({ AttachButtons }))

export function join({ identity, tokens, left, rest }: Joining): Joined {
  openDrafts(identity.id)
  const client = createCustomerClient(identity, tokens, location.origin, left)
  const own = signal<Own | null>(null)
  const listeners = new Set<(number: string) => void>()
  const ring = (number: string) => { for (const listener of listeners) listener(number) }
  let isAsked = false
  let isDisposed = false
  let timer: ReturnType<typeof setTimeout> | undefined
  const fetchOwn = async () => {
    try {
      const { createOwn } = await import('./own.tsx')
      await sentencesCame()
      if (!isDisposed) own.value = createOwn(client, (news) => ring(news.number))
    } catch {
      if (!isDisposed) timer = setTimeout(() => void fetchOwn(), RETRY_MS)
    }
  }
  const wantOwn = () => {
    if (isAsked) return
    isAsked = true
    void fetchOwn()
  }
  // A closed widget must report the number of unread tickets, so load the list of tickets.
  const stop = isUnfolded.subscribe((on) => { if (!on) wantOwn() })
  return {
    client,
    own,
    wantOwn,
    Bar: () => <ConnectionBar client={client} behind={null} />,
    Room: ({ place, meanwhile }) => <Room client={client} own={own} availability={rest.availability} place={place} meanwhile={meanwhile} ring={ring} />,
    onNews(listener) {
      listeners.add(listener)
      return () => { listeners.delete(listener) }
    },
    dispose() {
      isDisposed = true
      clearTimeout(timer)
      stop()
      own.peek()?.tickets.dispose()
      client.dispose()
      closeDrafts()
    },
  }
}

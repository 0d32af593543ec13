import type { ComponentChildren } from 'preact'
import { PlaceLink } from '../../../../ui/place-link.tsx'
import { Tag } from '../../../../ui/kit/tag.tsx'
import type { ScreenProps } from '../screen.ts'
import { counted } from './words.ts'

interface PartProps {
  readonly title: string
  readonly hint: string
  /** Shown instead of the children if there is nothing of this kind; otherwise null. */
  readonly none: string | null
  readonly children: ComponentChildren
}

/** One kind of background work, with a heading. */
export function Part({ title, hint, none, children }: PartProps) {
  return (
    <section class="system-part" aria-label={title}>
      <div><h2>{title}</h2><p class="muted">{hint}</p></div>
      {none === null ? children : <p class="system-none muted">{none}</p>}
    </section>
  )
}

/** A count that should be zero. */
export function Alarming({ n }: { readonly n: number }) {
  return n > 0 ? <Tag tone="bad">{counted(n)}</Tag> : <>{counted(n)}</>
}

/** How much of an id is shown if the ticket is deleted. */
const ID_SHOWN = 8

/** A link to a ticket. `number` is null if the ticket is deleted. */
export function TicketLink({ context, id, number }: Pick<ScreenProps, 'context'> & { readonly id: string; readonly number: string | null }) {
  return <PlaceLink context={context} to={number ?? id}>{number ?? id.slice(0, ID_SHOWN)}</PlaceLink>
}

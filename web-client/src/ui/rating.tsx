import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { TicketStore } from '../client/ticket.ts'
import { isWritten, written } from '../client/written.ts'
import { LIMITS } from '../protocol/generated.ts'
import type { CustomerView } from '../protocol/model.ts'
import { direction, t } from '../locales/index.ts'
import '../locales/rating.ts'
import '../locales/reasons.ts'
import { T } from '../testids.ts'
import { isHeld } from './arrows.ts'
import { isLost } from './arrival.ts'
import { Stars } from './stars.tsx'
import { Icon } from './icon.tsx'

const STARS = [1, 2, 3, 4, 5] as const
const MOST = STARS.length

export function RatingForm({ store, ticket }: { readonly store: TicketStore; readonly ticket: CustomerView }) {
  const given = ticket.rating
  const [open, setOpen] = useState(false)
  const [stars, setStars] = useState(given?.satisfaction_rating ?? 0)
  const [comment, setComment] = useState(given?.satisfaction_comment ?? '')
  const [busy, setBusy] = useState(false)
  const [isThanked, setThanked] = useState(false)
  const isDone = given !== null && !open
  const change = useRef<HTMLButtonElement>(null)
  const chosen = useRef<HTMLSpanElement>(null)
  const wasDone = useRef(isDone)
  // The button that was pressed has disappeared with its form, so focus the content that replaced the form.
  useLayoutEffect(() => {
    if (wasDone.current === isDone) return
    wasDone.current = isDone
    const next = isDone ? change.current : chosen.current?.querySelector<HTMLElement>('[tabindex="0"]') ?? null
    if (next !== null && isLost(next)) next.focus({ preventScroll: true })
  }, [isDone])

  /** The stars are a single Tab stop, like radio buttons. The arrow keys choose the number of stars. */
  const step = (event: KeyboardEvent & { readonly currentTarget: HTMLElement }) => {
    const onwards = direction() === 'rtl' ? ['ArrowLeft', 'ArrowDown'] : ['ArrowRight', 'ArrowDown']
    const back = direction() === 'rtl' ? ['ArrowRight', 'ArrowUp'] : ['ArrowLeft', 'ArrowUp']
    const to = onwards.includes(event.key) ? stars % MOST + 1 : back.includes(event.key) ? (stars > 1 ? stars - 1 : MOST) : event.key === 'Home' ? 1 : event.key === 'End' ? MOST : null
    if (to === null || isHeld(event)) return
    event.preventDefault()
    setStars(to)
    event.currentTarget.querySelector<HTMLElement>(`[data-value="${to}"]`)?.focus()
  }
  const submit = async () => {
    if (stars === 0 || busy) return
    setBusy(true)
    const done = await store.rate({ satisfaction_rating: stars, ...(isWritten(comment) ? { satisfaction_comment: written(comment).trim() } : {}) })
    setBusy(false)
    if (!done) return
    setOpen(false)
    setThanked(true)
  }
  if (isDone) {
    return (
      <div class="rating done" data-testid={T.ratingDone}>
        <span class="given"><Stars n={given.satisfaction_rating} /> <span data-testid={T.ticketRating} data-value={given.satisfaction_rating}>{t('rating.done', { n: given.satisfaction_rating })}</span></span>
        <span role="status" class="thanks" data-testid={T.ratingThanks}>{isThanked && t('rating.thanks')}</span>
        <button ref={change} type="button" class="quiet" data-testid={T.ratingChange} onClick={() => setOpen(true)}>{t('rating.change')}</button>
      </div>
    )
  }
  return (
    <form class="rating" data-testid={T.rating} onSubmit={(event) => { event.preventDefault(); void submit() }}>
      <p>{t('rating.ask')}</p>
      <div class="row">
        <span ref={chosen} class="stars" role="radiogroup" aria-label={t('rating.ask')} tabIndex={-1} onKeyDown={step}>
          {STARS.map((n) => (
            <button key={n} type="button" role="radio" aria-checked={stars === n} tabIndex={n === (stars || 1) ? 0 : -1} class={n <= stars ? 'star on' : 'star'} aria-label={t('rating.star', { n })} data-testid={T.ratingStar} data-value={n} onClick={() => setStars(n)}><Icon name="star" size={24} /></button>
          ))}
        </span>
        <input value={comment} maxLength={LIMITS.rating_comment_chars_max} placeholder={t('rating.comment')} aria-label={t('rating.comment')} dir="auto" data-testid={T.ratingComment} onInput={(event) => setComment(event.currentTarget.value)} />
        <button type="submit" class="primary" disabled={stars === 0 || busy} data-testid={T.ratingSubmit}>{t('rating.submit')}</button>
      </div>
    </form>
  )
}

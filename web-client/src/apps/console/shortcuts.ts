// Keyboard shortcuts of the console. Single keys work outside of text fields and can be switched off. Ctrl+K opens the command palette from
// everywhere.

import { useEffect, useRef } from 'preact/hooks'
import { hushToast, toast } from '../../client/notifications.ts'
import type { Preferences } from '../../client/preferences.ts'
import type { Router } from '../../client/memory-router.ts'
import { isComposing } from '../../ui/composition.ts'
import { markUnread, openNext, openTicketOf, resolve, take, write } from './actions.ts'
import type { ConsoleContext } from './context.ts'

/**
 * Presses of `j` (next row) at the last loaded row. They take effect when the next page of the list arrives, unless the person clicks or
 * uses another key before the page arrives.
 */
interface PendingSteps {
  readonly from: string
  readonly steps: number
}

type PendingRef = { current: PendingSteps | null }

/** At most this many presses of `j` (next row) are remembered. Otherwise a held key would skip through all pages that arrive later. */
const PENDING_STEPS_MAX = 20

export function useShortcuts(context: ConsoleContext, router: Router, preferences: Preferences, isGuest: boolean): void {
  const pending = useRef<PendingSteps | null>(null)
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- subscribes once per inbox; `context` changes with the inbox
  useEffect(() => context.inbox.order.subscribe((order) => takePendingSteps(context, pending, order)), [context.inbox])
  useEffect(() => { pending.current = null }, [context.place, context.inbox.filters.value])
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (isComposing(event) || (isGuest && !isInside(event))) return
      if ((event.ctrlKey || event.metaKey) && keyOf(event).toLowerCase() === 'k') {
        event.preventDefault()
        return context.open('palette')
      }
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event) || isInMenu(event) || !preferences.keys.value) return
      if (keyOf(event) !== 'j') pending.current = null
      if (act(event, context, router, pending)) event.preventDefault()
    }
    // Pending presses of `j` are cancelled when the person clicks, or moves the focus to another row.
    const elsewhere = (event: Event) => {
      context.arriving.current = false
      if (event.type === 'pointerdown' || rowOf(event) !== pending.current?.from) pending.current = null
    }
    addEventListener('keydown', pressed)
    addEventListener('focusin', elsewhere)
    addEventListener('pointerdown', elsewhere)
    return () => {
      removeEventListener('keydown', pressed)
      removeEventListener('focusin', elsewhere)
      removeEventListener('pointerdown', elsewhere)
    }
  })
}

/** Whether the key was pressed inside of Helpline. In a host page, all other key presses belong to the host. */
function isInside(event: KeyboardEvent): boolean {
  return event.composedPath().some((one) => one instanceof Element && one.classList.contains('helpline'))
}

function isWriting(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0]
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'))
}

/** Whether a menu is open. An open menu handles Escape and its other keys itself. */
function isInMenu(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0]
  const root = target instanceof Node ? target.getRootNode() : document
  return (root instanceof Document || root instanceof ShadowRoot) && root.querySelector(':popover-open') !== null
}

/** Returns the typed character. For a non-Latin keyboard layout, returns the Latin letter that a US keyboard has at this position. */
function keyOf({ key, code, shiftKey }: KeyboardEvent): string {
  const place = /^Key([A-Z])$/.exec(code)?.[1]
  if (/^[\x20-\x7e]$/.test(key) || key.length !== 1) return key
  if (place !== undefined) return shiftKey ? place : place.toLowerCase()
  return code === 'Slash' ? (shiftKey ? '?' : '/') : key
}

/** The id of the ticket whose row contains the event's target, or null. */
function rowOf(event: Event): string | null {
  const target = event.composedPath()[0]
  const row = target instanceof Element ? target.closest<HTMLElement>('li[data-row-of]') : null
  return row?.dataset['rowOf'] ?? null
}

function act(event: KeyboardEvent, context: ConsoleContext, router: Router, pending: PendingRef): boolean {
  const { inbox, cursor, selection } = context
  // Keys act on the row that has the focus or is about to get it, otherwise on the open ticket. The cursor moves at once, and the focus
  // follows in the next render.
  const row = rowOf(event) !== null || context.arriving.current ? cursor.value : null
  const ticket = row === null ? openTicketOf(context) : (inbox.ticket(row) ?? null)
  const hasMany = selection.ids.value.size > 0
  const isTold = selection.results.value !== null || selection.problem.value !== null
  const key = keyOf(event)
  const said = toast.peek()?.action
  if (said?.key === key) {
    hushToast()
    said.run()
    return true
  }
  switch (key) {
    case 'J':
    case 'K': return openNext(context, key === 'J' ? 1 : -1)
    case 'u':
      if (ticket !== null) markUnread(context, ticket)
      return ticket !== null
    case 'j': return step(context, row, 1, pending)
    case 'k': return step(context, row, -1, pending)
    case 'x':
    case 'X': {
      const at = row ?? cursor.value
      if (at !== null) selection.toggle(at, key === 'X')
      return true
    }
    case 'Enter': return openCursor(context, router)
    case 'r':
    case 'n':
      if (ticket !== null) write(context, ticket, key === 'r' ? 'message' : 'note')
      return ticket !== null
    case 'a':
      if (hasMany) void selection.apply({ assigned_to: 'me' })
      else if (ticket !== null) void take(context, ticket)
      return hasMany || ticket !== null
    case 'e':
      if (hasMany) void selection.apply({ status: 'resolved' })
      else if (ticket !== null) void resolve(context, ticket)
      return hasMany || ticket !== null
    case '/':
      context.searchRef.current?.focus()
      return true
    case '?':
      context.open('keys')
      return true
    case 'Escape':
      if (hasMany) selection.clear()
      else if (isTold) selection.dismiss()
      else if (context.place !== '') router.go('')
      return hasMany || isTold || context.place !== ''
    default: return false
  }
}

function step({ inbox, cursor, wanted, store, arriving }: ConsoleContext, row: string | null, by: 1 | -1, pending: PendingRef): boolean {
  const order = inbox.order.value
  const from = row ?? cursor.value ?? openTicketOf({ store })?.id ?? null
  const at = from === null ? -1 : order.indexOf(from)
  const next = order[at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + by))]
  // Moving to another row cancels an earlier request to focus the composer, if that request has not been fulfilled.
  wanted.value = null
  const before = pending.current
  pending.current = null
  if (by === 1 && from !== null && at === order.length - 1 && at >= 0 && inbox.more.value) {
    pending.current = { from, steps: Math.min(before?.from === from ? before.steps + 1 : 1, PENDING_STEPS_MAX) }
    cursor.value = from
    return true
  }
  if (next !== undefined && next !== cursor.value) {
    arriving.current = true
    cursor.value = next
  }
  return next !== undefined
}

/** When the next page has arrived, moves the cursor by the presses of `j` that were waiting for it. */
function takePendingSteps({ inbox, cursor, arriving }: ConsoleContext, pending: PendingRef, order: readonly string[]): void {
  const due = pending.current
  if (due === null || cursor.peek() !== due.from) return
  const at = order.indexOf(due.from)
  const to = Math.min(order.length - 1, at + due.steps)
  const next = order[to]
  if (at < 0 || next === undefined || to === at) return
  const left = due.steps - (to - at)
  pending.current = left > 0 && inbox.more.peek() ? { from: next, steps: left } : null
  arriving.current = true
  cursor.value = next
}

function openCursor({ inbox, cursor }: ConsoleContext, router: Router): boolean {
  // If a link or button has the focus, Enter activates that element instead of opening a ticket.
  if (document.activeElement?.matches('body, main, nav') === false) return false
  const ticket = cursor.value === null ? undefined : inbox.ticket(cursor.value)
  if (ticket !== undefined) router.go(ticket.ticket_number)
  return ticket !== undefined
}

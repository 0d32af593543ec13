// Single keys, where nobody is writing; and the palette from everywhere. They can be switched off.

import { useEffect } from 'preact/hooks'
import type { Looks } from '../../app/looks.ts'
import type { Router } from '../../app/router.ts'
import type { DeskWork } from './work.ts'

export function useShortcuts(work: DeskWork, router: Router, looks: Looks): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault()
        return work.open('palette')
      }
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event) || isInMenu(event) || !looks.keys.value) return
      if (act(event.key, work, router)) event.preventDefault()
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  })
}

function isWriting(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0]
  return target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'))
}

/** An open menu takes Escape for itself, and its keys are not for the page below. */
function isInMenu(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0]
  const root = target instanceof Node ? target.getRootNode() : document
  return (root instanceof Document || root instanceof ShadowRoot) && root.querySelector(':popover-open') !== null
}

function act(key: string, work: DeskWork, router: Router): boolean {
  switch (key) {
    case 'j': return step(work, 1)
    case 'k': return step(work, -1)
    case 'x': {
      if (work.cursor.value !== null) work.toggle(work.cursor.value)
      return true
    }
    case 'Enter': return openCursor(work, router)
    case 'r': return write(work, 'message')
    case 'n': return write(work, 'note')
    case 'a': return change(work, { assigned_to: 'me' })
    case 'e': return change(work, { status: 'resolved' })
    case '/':
      work.searchRef.current?.focus()
      return true
    case '?':
      work.open('keys')
      return true
    case 'Escape':
      if (work.place !== '') router.go('')
      return work.place !== ''
    default: return false
  }
}

function step({ inbox, cursor }: DeskWork, by: 1 | -1): boolean {
  const order = inbox.order.value
  const at = cursor.value === null ? -1 : order.indexOf(cursor.value)
  const next = order[at < 0 ? 0 : Math.min(order.length - 1, Math.max(0, at + by))]
  if (next !== undefined) cursor.value = next
  return next !== undefined
}

function openCursor({ inbox, cursor }: DeskWork, router: Router): boolean {
  // A row or button that has the focus is its own answer to Enter.
  if (document.activeElement !== null && document.activeElement !== document.body) return false
  const ticket = cursor.value === null ? undefined : inbox.ticket(cursor.value)
  if (ticket !== undefined) router.go(ticket.ticket_number)
  return ticket !== undefined
}

function write(work: DeskWork, mode: 'message' | 'note'): boolean {
  if (work.store === null) return false
  work.write(mode)
  return true
}

function change({ store }: DeskWork, patch: { readonly assigned_to: 'me' } | { readonly status: 'resolved' }): boolean {
  if (store?.opening.value.kind !== 'open') return false
  void store.change(patch)
  return true
}

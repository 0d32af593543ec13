// The command palette: finds commands by name, and tickets by subject or number.

import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { VIEWS } from '../../../client/filters.ts'
import { folded, numberIn } from '../../../client/search.ts'
import { THEMES, type Preferences } from '../../../client/preferences.ts'
import { hasOwnQuery, type Router } from '../../../client/memory-router.ts'
import { PRIORITIES, STATUSES } from '../../../protocol/generated.ts'
import { statusesAfter } from '../../../protocol/words.ts'
import { LANGUAGE_NAMES, t, tWord } from '../../../locales/index.ts'
import '../../../locales/keys.ts'
import { T } from '../../../testids.ts'
import { chooseLanguage } from '../../../ui/preferences-menu.tsx'
import { isComposing } from '../../../ui/composition.ts'
import { intoSight } from '../../../ui/scroll.ts'
import { Dialog } from '../../../ui/kit/dialog.tsx'
import { markUnread, openNext, openTicketOf, resolve, take, write } from '../actions.ts'
import type { ConsoleContext } from '../context.ts'
import { screensFor } from '../screens/index.ts'
import { s } from './strings.ts'

interface Command {
  readonly id: string
  readonly title: string
  readonly key?: string
  readonly run: () => void
}

interface PaletteProps {
  readonly context: ConsoleContext
  readonly preferences: Preferences
  readonly router: Router
}

const SHOWN_MAX = 12

export function Palette({ context, preferences, router }: PaletteProps) {
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const input = useRef<HTMLInputElement>(null)
  const id = useId()
  useEffect(() => input.current?.focus(), [])
  const found = matching([...tickets(text, context, router), ...commands(context, preferences, router)], text)
  const active = found[Math.min(at, found.length - 1)]
  const close = () => context.open(null)
  const run = (command: Command | undefined) => {
    if (command === undefined) return
    // Close the dialog before running the command, so that the command can move the focus to the page.
    input.current?.closest('dialog')?.close()
    close()
    command.run()
  }
  return (
    <Dialog title={s('palette.title')} kind="palette" onClose={close} testid={T.palette}>
      <input
        ref={input}
        role="combobox"
        aria-expanded={true}
        aria-controls={id}
        aria-activedescendant={active === undefined ? undefined : `${id}-${active.id}`}
        aria-label={s('palette.placeholder')}
        placeholder={s('palette.placeholder')}
        value={text}
        dir="auto"
        data-testid={T.paletteInput}
        onInput={(event) => { setText(event.currentTarget.value); setAt(0) }}
        onKeyDown={(event) => {
          if (isComposing(event)) return
          if (event.key === 'ArrowDown') setAt(Math.min(found.length - 1, at + 1))
          else if (event.key === 'ArrowUp') setAt(Math.max(0, at - 1))
          else if (event.key === 'Enter') run(active)
          else return
          event.preventDefault()
        }}
      />
      <ul id={id} role="listbox" aria-label={s('palette.title')} class="palette-list">
        {found.map((command) => (
          <li key={command.id} id={`${id}-${command.id}`} role="option" aria-selected={command === active} ref={command === active ? intoSight : null} data-testid={T.paletteOption} data-command={command.id} onClick={() => run(command)}>
            <span dir="auto">{command.title}</span>{command.key !== undefined && <kbd>{command.key}</kbd>}
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="muted palette-none">{s('palette.none')}</p>}
    </Dialog>
  )
}

function matching(commands: readonly Command[], text: string): readonly Command[] {
  const words = folded(text.trim()).split(/\s+/)
  return commands.filter((command) => command.id.startsWith('open-') || words.every((word) => folded(command.title).includes(word))).slice(0, SHOWN_MAX)
}

function tickets(text: string, { inbox }: ConsoleContext, router: Router): readonly Command[] {
  const number = numberIn(text)
  const word = folded(text.trim())
  const listed = word.length < 2 ? [] : inbox.order.value.flatMap((one) => inbox.ticket(one) ?? []).filter((ticket) => folded(ticket.subject).includes(word)).slice(0, 4)
  return [
    ...(number === null ? [] : [{ id: `open-${number}`, title: s('palette.open', { number }), run: () => router.go(number) }]),
    ...listed.map((ticket) => ({ id: `open-${ticket.ticket_number}`, title: `${ticket.ticket_number} ${ticket.subject}`, run: () => router.go(ticket.ticket_number) })),
  ]
}

function commands(context: ConsoleContext, preferences: Preferences, router: Router): readonly Command[] {
  const { store, inbox } = context
  const ticket = openTicketOf(context)
  const ofTicket: readonly Command[] = store === null || ticket === null ? [] : [
    { id: 'reply', title: t('keys.reply'), key: 'r', run: () => write(context, ticket, 'message') },
    { id: 'note', title: t('keys.note'), key: 'n', run: () => write(context, ticket, 'note') },
    { id: 'unread', title: t('keys.unread'), key: 'u', run: () => markUnread(context, ticket) },
    { id: 'next', title: t('keys.open_next'), key: 'J', run: () => void openNext(context, 1) },
    { id: 'take', title: t('keys.take'), key: 'a', run: () => void take(context, ticket) },
    ...statusesAfter(ticket.status).map((status) => ({ id: `status-${status}`, title: s('palette.status', { status: tWord('status', status) }), ...(status === 'resolved' ? { key: 'e' } : {}), run: () => void (status === 'resolved' ? resolve(context, ticket) : store.change({ status })) })),
    ...PRIORITIES.filter((one) => one !== ticket.priority).map((priority) => ({ id: `priority-${priority}`, title: s('palette.priority', { priority: tWord('priority', priority) }), run: () => void store.change({ priority }) })),
    { id: 'list', title: t('palette.list'), key: 'Esc', run: () => router.go('') },
  ]
  return [
    ...ofSelection(context),
    ...ofTicket,
    ...VIEWS.map((view) => ({ id: `view-${view}`, title: s('palette.view', { view: t(`view.${view}`) }), run: () => inbox.filter({ view, status: '' }) })),
    { id: 'search', title: t('keys.search'), key: '/', run: () => context.searchRef.current?.focus() },
    ...screensFor({ isAdmin: context.client.role.value === 'admin', features: featuresOf(context) }).map((screen) => ({ id: screen.path, title: `${t('settings.title')}: ${screen.title()}`, run: () => router.go(screen.path) })),
    ...THEMES.map((theme) => ({ id: `theme-${theme}`, title: s('palette.theme', { theme: t(`preferences.theme.${theme}`) }), run: () => { preferences.theme.value = theme } })),
    ...preferences.languages.map((one) => ({ id: `language-${one}`, title: `${t('preferences.language')}: ${LANGUAGE_NAMES[one]}`, run: () => void chooseLanguage(preferences, one) })),
    { id: 'tour', title: s('palette.tour'), run: () => { if (hasOwnQuery(context.place)) context.go(''); context.open('tour') } },
    { id: 'keys', title: t('keys.title'), key: '?', run: () => context.open('keys') },
  ]
}

function featuresOf({ client }: ConsoleContext) {
  const state = client.connection.value
  return state.kind === 'live' ? state.features : null
}

/** Commands that act on all selected tickets. */
function ofSelection({ selection }: ConsoleContext): readonly Command[] {
  const n = selection.ids.value.size
  if (n === 0) return []
  const on = (what: string) => s('palette.selected', { n, what })
  return [
    { id: 'selection-take', title: on(t('bulk.take')), key: 'a', run: () => void selection.apply({ assigned_to: 'me' }) },
    ...STATUSES.map((status) => ({ id: `selection-status-${status}`, title: on(s('palette.status', { status: tWord('status', status) })), ...(status === 'resolved' ? { key: 'e' } : {}), run: () => void selection.apply({ status }) })),
    ...PRIORITIES.map((priority) => ({ id: `selection-priority-${priority}`, title: on(s('palette.priority', { priority: tWord('priority', priority) })), run: () => void selection.apply({ priority }) })),
    { id: 'selection-clear', title: t('bulk.clear'), key: 'Esc', run: selection.clear },
  ]
}

// The access log screen, for admins: who read customers' tickets, what was refused, and who changed roles and settings.

import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { accessAsked, accessFaultsOf, accessFiltersOf, accessQueryOf, accessLogRest, createAccessLog, NO_ACCESS_FILTERS, type AccessFilters, type AccessLog, type AccessLogRest } from '../../../../client/access-log.ts'
import { download } from '../../../../client/download.ts'
import { createMutation } from '../../../../client/resource.ts'
import { dateTime } from '../../../../locales/dates.ts'
import { inLanguage } from '../../../../locales/index.ts'
import type { AccessEntry, AccessPerson } from '../../../../protocol/generated.ts'
import { Empty, ProblemLine } from '../../../../ui/feedback.tsx'
import { Button } from '../../../../ui/kit/button.tsx'
import { Table, type Column } from '../../../../ui/kit/table.tsx'
import { Tag } from '../../../../ui/kit/tag.tsx'
import { PlaceLink } from '../../../../ui/place-link.tsx'
import { Skeleton } from '../../../../ui/skeleton.tsx'
import { useSheet } from '../../../../ui/use-sheet.ts'
import { tell } from '../../actions.ts'
import { ScreenPage } from '../../settings/screen-page.tsx'
import type { ScreenProps } from '../screen.ts'
import css from './access-log.css?inline'
import { actionInWords } from './actions.ts'
import { Details } from './details.tsx'
import { Filters, type Named } from './filters.tsx'
import { s } from './strings.ts'
import { L } from './testids.ts'
import title from './title.json'

export function AccessLogScreen({ context }: ScreenProps) {
  const { query } = context
  const rest = useMemo(() => accessLogRest(context.client), [context.client])
  const inside = useRef<HTMLDivElement>(null)
  useSheet(inside, css)
  const filters = accessFiltersOf(query)
  const { people, actions } = useChoices(context, rest)
  const faults = accessFaultsOf(filters, actions)
  const isAsked = faults.size === 0
  const asked = accessAsked(filters)
  const log = useMemo(() => createAccessLog(rest), [rest])
  const key = JSON.stringify(asked)
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- `key` changes whenever `asked` does
  useEffect(() => { if (isAsked) void log.begin(asked) }, [log, key, isAsked])
  const file = useMemo(() => createMutation({
    send: (wanted: ReturnType<typeof accessAsked>) => rest.accessLogFile(wanted),
    done: (made) => {
      download(made)
      tell(context, s('access.exported', { file: made.name }))
    },
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- `rest` and `context` change together
  }), [rest])
  // Two filter changes may come before the first one is rendered. The second change builds on `latest`, which already contains the first.
  const latest = useRef(filters)
  latest.current = filters
  const change = (part: Partial<AccessFilters>) => {
    latest.current = { ...latest.current, ...part }
    context.setQuery(accessQueryOf(latest.current))
  }
  const known = knownPeople(people, log.entries.value ?? [], filters.user)
  return (
    <ScreenPage
      context={context}
      title={inLanguage(title)}
      hint={s('access.hint')}
      testid={L.screen}
      isWide
      action={<Button icon="down" isBusy={file.isBusy.value} isDisabled={!isAsked} testid={L.export} onClick={() => void file.run(asked)}>{s('access.export')}</Button>}
    >
      <div class="access-log access-list" ref={inside}>
        <ProblemLine problem={file.problem.value} onRetry={() => void file.run(asked)} onDismiss={() => file.dismiss()} />
        <Filters filters={filters} faults={faults} people={known} actions={actions} onChange={change} />
        {isAsked && <Entries log={log} context={context} isFiltered={key !== '{}'} onChange={change} />}
      </div>
    </ScreenPage>
  )
}

/** Loads the people and the actions that the filters offer. If one of the two requests fails, only the list from that request is empty. */
function useChoices({ rest: team }: ScreenProps['context'], rest: AccessLogRest) {
  const [people, setPeople] = useState<readonly Named[]>([])
  const [actions, setActions] = useState<readonly string[]>([])
  useEffect(() => {
    let isGone = false
    void Promise.all([team.roles(), rest.accessLogActions()]).then(([roles, recorded]) => {
      if (isGone) return
      if (roles.ok) setPeople(roles.value.map(({ user_id, name, email }) => ({ id: user_id, name: nameOf({ id: user_id, name, email }) })))
      if (recorded.ok) setActions(recorded.value.actions)
    })
    return () => { isGone = true }
  }, [team, rest])
  return { people, actions }
}

/**
 * The team, plus the person chosen in the filter if that person is not in the team. The person's name is taken from a log entry. If the
 * person has no log entry, their id is shown instead of a name.
 */
function knownPeople(team: readonly Named[], entries: readonly AccessEntry[], chosen: string): readonly Named[] {
  if (chosen === '' || team.some(({ id }) => id === chosen)) return team
  const user = entries.find((entry) => entry.user?.id === chosen)?.user ?? null
  return [...team, { id: chosen, name: user === null ? chosen : nameOf(user) }]
}

function nameOf({ id, name, email }: AccessPerson): string {
  return name ?? email ?? id.slice(0, 8)
}

const whenCell = ({ at }: AccessEntry) => <time dateTime={at}>{dateTime(at)}</time>
const personCell = ({ user }: AccessEntry) => (user === null ? <span class="muted">{s('access.no_person')}</span> : <bdi>{nameOf(user)}</bdi>)
const actionCell = ({ action, refused }: AccessEntry) => <span class="access-action">{actionInWords(action)}{refused !== null && <Tag tone="bad">{s('access.refused')}</Tag>}</span>
const addressCell = ({ ip }: AccessEntry) => <bdi>{ip}</bdi>

function ticketCell(context: ScreenProps['context'], ticket: AccessEntry['ticket']) {
  if (ticket === null) return ''
  return ticket.number === null ? <span class="muted">{s('access.ticket_gone')}</span> : <PlaceLink context={context} to={ticket.number}>{ticket.number}</PlaceLink>
}

function columnsOf(context: ScreenProps['context']): readonly Column<AccessEntry>[] {
  return [
    { title: s('access.when'), isHeading: true, cell: whenCell },
    { title: s('access.person'), cell: personCell },
    { title: s('access.action'), cell: actionCell },
    { title: s('access.ticket'), cell: ({ ticket }) => ticketCell(context, ticket) },
    { title: s('access.address'), cell: addressCell },
  ]
}

function detailsOf(onChange: EntriesProps['onChange']) {
  return function detailsOfEntry(entry: AccessEntry) {
    return <Details entry={entry} onPerson={(user) => onChange({ user })} onTicket={(ticket) => onChange({ ticket })} />
  }
}

interface EntriesProps extends Pick<ScreenProps, 'context'> {
  readonly log: AccessLog
  readonly isFiltered: boolean
  readonly onChange: (part: Partial<AccessFilters>) => void
}

function Entries({ log, context, isFiltered, onChange }: EntriesProps) {
  const [entries, problem, searchedTo] = [log.entries.value, log.problem.value, log.searchedTo.value]
  const more = () => void log.more()
  if (entries === null) return problem === null ? <Skeleton lines={8} /> : <ProblemLine problem={problem} onRetry={more} />
  const isEnd = !log.hasMore.value && problem === null
  return (
    <>
      {entries.length > 0 && <Table label={inLanguage(title)} columns={columnsOf(context)} rows={entries} keyOf={({ id }) => String(id)} testid={L.table} rowTestid={L.row} details={detailsOf(onChange)} />}
      {entries.length === 0 && isEnd && <Empty icon="eye" title={s('access.none_title')} testid={L.empty} action={isFiltered ? { label: s('access.clear'), run: () => onChange(NO_ACCESS_FILTERS) } : undefined}>{isFiltered ? s('access.none_filtered') : s('access.none')}</Empty>}
      <ProblemLine problem={problem} onRetry={more} />
      <div class="access-end">
        {log.hasMore.value && problem === null && <Button isBusy={log.isBusy.value} testid={L.more} onClick={more}>{entries.length === 0 ? s('access.further') : s('access.more')}</Button>}
        <p class="muted" role="status" data-testid={L.told} data-count={entries.length}>
          {entries.length > 0 && s('access.shown', { n: entries.length })} {searchedTo !== null && s('access.searched', { when: dateTime(searchedTo) })}
        </p>
      </div>
    </>
  )
}

// The team screen: lists the staff and who is online. Admins give, change and remove roles, and block people.

import { useEffect, useId, useMemo, useRef, useState } from 'preact/hooks'
import { onWindow } from '../../../../client/on-window.ts'
import { createRoles, managedBy, named, type Managed, type Roles } from '../../../../client/roles.ts'
import { isVisible } from '../../../../client/visibility.ts'
import { isWritten } from '../../../../client/written.ts'
import { STAFF_ROLES, type PersonFound, type StaffRole } from '../../../../protocol/generated.ts'
import type { Agent } from '../../../../protocol/decode-team.ts'
import { day } from '../../../../locales/dates.ts'
import { inLanguage } from '../../../../locales/index.ts'
import { T } from '../../../../testids.ts'
import { ProblemLine } from '../../../../ui/feedback.tsx'
import { TextField } from '../../../../ui/kit/field.tsx'
import { Skeleton } from '../../../../ui/skeleton.tsx'
import { useSheet } from '../../../../ui/use-sheet.ts'
import { tell } from '../../actions.ts'
import { ScreenPage } from '../../settings/screen-page.tsx'
import type { ScreenProps } from '../screen.ts'
import { Deleted } from './erasures.tsx'
import { Block, nameOf, Refusal, Who, type Person } from './person.tsx'
import { ReplyAssigns } from './reply-assigns.tsx'
import { s } from './strings.ts'
import css from './team.css?inline'
import { M } from './testids.ts'
import title from './title.json'

export function TeamRoles({ context }: ScreenProps) {
  return <ScreenPage context={context} title={inLanguage(title)} hint={s('roles.hint')} testid={T.roles}><Team context={context} /><DeletedPeople context={context} /><Assigning context={context} /></ScreenPage>
}

function DeletedPeople({ context }: Pick<ScreenProps, 'context'>) {
  const state = context.client.connection.value
  return state.kind === 'live' && state.features.includes('erasures') ? <Deleted context={context} /> : null
}

function Assigning({ context: { client, rest } }: Pick<ScreenProps, 'context'>) {
  const state = client.connection.value
  return state.kind === 'live' && state.features.includes('reply_assigns') ? <div class="card"><h2>{s('roles.takes')}</h2><ReplyAssigns rest={rest} /></div> : null
}

/** Who manages the roles. Until the configuration is loaded, as if they were managed in the console. */
function useManaged({ rest }: ScreenProps['context']): Managed {
  const [managed, setManaged] = useState<Managed>({ isManaged: false, page: null })
  useEffect(() => {
    void rest.config().then((result) => { if (result.ok) setManaged(managedBy(result.value)) })
  }, [rest])
  return managed
}

function Team({ context }: Pick<ScreenProps, 'context'>) {
  const { rest, team, client } = context
  const roles = useMemo(() => createRoles(rest, () => void team.reloadAgents()), [rest, team])
  // Reload the team when the tab becomes visible again, to update who is online.
  useEffect(() => {
    void roles.load()
    return onWindow('visibilitychange', () => { if (isVisible()) void roles.load() })
  }, [roles])
  const { isManaged, page } = useManaged(context)
  const box = useRef<HTMLDivElement>(null)
  const list = useRef<HTMLUListElement>(null)
  useSheet(box, css)
  const [written, setWritten] = useState('')
  const state = client.connection.value
  const mayBlock = state.kind === 'live' && state.features.includes('block_people')
  const done = async (act: Promise<boolean>, sentence: string) => {
    if (!await act) return
    tell(context, sentence)
    // The pressed button may have disappeared with its row, so focus the list.
    list.current?.focus()
  }
  const block = (one: Person, blocked: boolean) => void done(roles.setBlocked(one.user_id, blocked), s(blocked ? 'roles.was_blocked' : 'roles.was_unblocked', { name: nameOf(one) }))
  const members = roles.team.value
  const shown = members === null ? [] : named(members, written)
  return (
    <div class="team-screen" ref={box}>
      {isManaged && <p class="team-managed" data-testid={M.managed}><span>{s('roles.managed')}</span>{page !== null && <a href={page} target="_blank" rel="noopener">{s('roles.managed_link')}</a>}</p>}
      {(!isManaged || mayBlock) && <Adding roles={roles} isManaged={isManaged} ownId={client.identity.id} onBlock={mayBlock ? block : null} onGive={(one, role) => void done(roles.set(one.user_id, role), s('roles.given', { name: nameOf(one) }))} />}
      {members === null && (roles.problem.value === null ? <Skeleton lines={4} /> : <ProblemLine problem={roles.problem.value} onRetry={() => void roles.load()} />)}
      {members !== null && (
        <>
          <div class="team-tools">
            <TextField label={s('roles.filter')} type="search" value={written} testid={M.filter} onChange={setWritten} />
            <p class="muted" role="status" data-testid={M.count} data-n={shown.length}>{countOf(shown)}</p>
          </div>
          {shown.length === 0 && <p class="muted" data-testid={M.none}>{s('roles.none', { asked: written.trim() })}</p>}
          <ul class="team" aria-label={s('roles.team')} tabIndex={-1} ref={list} hidden={shown.length === 0}>
            {shown.map((one) => (
              <li key={one.user_id} data-testid={T.roleRow} data-user={one.user_id} data-role={one.role} data-blocked={one.blocked}>
                <Who of={one} />
                {one.user_id === client.identity.id
                  ? <span class="team-role"><strong>{s(`roles.${one.role}`)}</strong><span class="muted">{s(isManaged ? 'roles.is_you' : 'roles.you')}</span></span>
                  : <Member one={one} roles={roles} isManaged={isManaged} onBlock={mayBlock ? block : null} onSet={(role) => void done(roles.set(one.user_id, role, 'member'), s(role === null ? 'roles.taken' : 'roles.changed', { name: nameOf(one) }))} />}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  )
}

/** Says how many people are listed. Adds how many of them are online, if the server reports who is online. */
function countOf(shown: readonly Agent[]): string {
  const people = s('roles.count', { n: shown.length })
  return shown.some(({ online }) => typeof online === 'boolean') ? s('roles.count_online', { people, n: shown.filter(({ online }) => online === true).length }) : people
}

interface MemberProps {
  readonly one: Agent
  readonly roles: Roles
  readonly isManaged: boolean
  /** Null if the server does not support blocking people. */
  readonly onBlock: ((one: Person, blocked: boolean) => void) | null
  readonly onSet: (role: StaffRole | null) => void
}

/**
 * The controls for one person in the team list. A role chosen in the select is saved only by a button. Otherwise pressing an arrow key in
 * the select could make a person an admin.
 */
function Member({ one, roles, isManaged, onBlock, onSet }: MemberProps) {
  const [isRemoving, setRemoving] = useState(false)
  const [chosen, setChosen] = useState<StaffRole | null>(null)
  const remove = useRef<HTMLButtonElement>(null)
  const wasRemoving = useRef(false)
  useEffect(() => {
    if (wasRemoving.current && !isRemoving) remove.current?.focus()
    wasRemoving.current = isRemoving
  }, [isRemoving])
  useEffect(() => setChosen(null), [one.role])
  const isBusy = roles.changing.value !== null
  const refused = roles.refused.value?.user === one.user_id ? roles.refused.value.problem : null
  const name = nameOf(one)
  if (isRemoving) return <Confirmation name={name} onRemove={() => { setRemoving(false); onSet(null) }} onKeep={() => setRemoving(false)} />
  return (
    <span class="team-role">
      <span class="team-ways">
        {isManaged && <strong>{s(`roles.${one.role}`)}</strong>}
        {!isManaged && <select aria-label={s('roles.role_of', { name })} value={chosen ?? one.role} data-testid={T.roleSelect} onChange={(event) => setChosen(STAFF_ROLES.find((known) => known === event.currentTarget.value) ?? null)}>
          {STAFF_ROLES.map((known) => <option key={known} value={known}>{s(`roles.${known}`)}</option>)}
        </select>}
        {!isManaged && chosen !== null && chosen !== one.role && <button type="button" aria-label={s('roles.change_of', { name })} aria-disabled={isBusy} data-testid={T.roleChange} onClick={() => onSet(chosen)}>{s('roles.change')}</button>}
        {!isManaged && <button ref={remove} type="button" class="quiet danger" aria-label={s('roles.remove_of', { name })} aria-disabled={isBusy} data-testid={T.roleRemove} onClick={() => setRemoving(true)}>{s('roles.remove')}</button>}
        {onBlock !== null && <Block one={one} isBusy={isBusy} onSet={(blocked) => onBlock(one, blocked)} />}
      </span>
      <Refusal problem={refused} />
    </span>
  )
}

function Confirmation({ name, onRemove, onKeep }: { readonly name: string; readonly onRemove: () => void; readonly onKeep: () => void }) {
  const keep = useRef<HTMLButtonElement>(null)
  // Focus the button that changes nothing, so that Enter does not remove the role by accident.
  useEffect(() => keep.current?.focus(), [])
  return (
    <span class="team-role" role="group" aria-label={s('roles.remove_of', { name })} onKeyDown={(event) => { if (event.key === 'Escape') { event.preventDefault(); event.stopPropagation(); onKeep() } }}>
      <span>{s('roles.confirm', { name })}</span>
      <span class="team-ways">
        <button type="button" class="danger" data-testid={T.roleRemoveSure} onClick={onRemove}>{s('roles.remove')}</button>
        <button type="button" class="quiet" ref={keep} onClick={onKeep}>{s('roles.keep')}</button>
      </span>
    </span>
  )
}

interface AddingProps extends Pick<MemberProps, 'roles' | 'isManaged' | 'onBlock'> {
  readonly ownId: string
  readonly onGive: (one: PersonFound, role: StaffRole) => void
}

function Adding({ roles, ...rest }: AddingProps) {
  const [asked, setAsked] = useState('')
  const id = useId()
  const found = roles.found.value
  const heading = s(rest.isManaged ? 'roles.find_person' : 'roles.add')
  const find = () => { if (isWritten(asked)) void roles.find(asked.trim()) }
  return (
    <form class="reply-form" aria-label={heading} onSubmit={(event) => { event.preventDefault(); find() }}>
      <label for={id}><span>{heading}: {s('roles.email')}</span></label>
      <span class="team-find">
        <input id={id} inputMode="email" value={asked} dir="ltr" autocapitalize="none" autocomplete="off" spellcheck={false} aria-describedby={`${id}-hint`} data-testid={T.roleEmail} onInput={(event) => setAsked(event.currentTarget.value)} />
        <button type="submit" disabled={!isWritten(asked)} data-testid={T.roleFind}>{s('roles.find')}</button>
      </span>
      <span class="muted" id={`${id}-hint`}>{s('roles.add_hint')}</span>
      <ProblemLine problem={roles.searchProblem.value} onRetry={find} />
      <p role="status" class="team-told" data-testid={T.roleTold} data-count={found?.people.length}>{toldOf(found)}</p>
      {found !== null && found.people.length > 0 && (
        <ul aria-label={s('roles.find')}>
          {found.people.map((one) => <FoundPerson key={one.user_id} one={one} roles={roles} {...rest} />)}
        </ul>
      )}
    </form>
  )
}

function toldOf(found: Roles['found']['value']): string {
  if (found === null) return ''
  if (found.people.length === 0) return s('roles.unknown', { asked: found.asked })
  return found.people.length > 1 ? s('roles.several') : s('roles.found', { n: found.people.length })
}

function FoundPerson({ one, roles, isManaged, ownId, onBlock, onGive }: AddingProps & { readonly one: PersonFound }) {
  const isBusy = roles.changing.value !== null
  const refused = roles.refused.value?.user === one.user_id ? roles.refused.value.problem : null
  const give = (role: StaffRole, label: string, title: string, testid: string) => <button type="button" class="quiet" aria-label={title} aria-disabled={isBusy} data-testid={testid} onClick={() => onGive(one, role)}>{label}</button>
  return (
    <li data-testid={T.roleFound} data-user={one.user_id}>
      <Who of={one}>
        {/* The id tells people with the same email address apart. */}
        <span class="muted">{one.since !== '' && <>{s('roles.since', { when: day(one.since) })} · </>}<bdi>{one.subject ?? one.user_id}</bdi></span>
      </Who>
      <span class="team-role">
        {one.role !== null && <span class="muted">{s('roles.is_there')}</span>}
        <span class="team-ways">
          {one.role === null && !isManaged && <>{give('support_agent', s('roles.make_agent'), s('roles.make_agent_of', { name: nameOf(one) }), T.roleMakeAgent)}{give('admin', s('roles.make_admin'), s('roles.make_admin_of', { name: nameOf(one) }), T.roleMakeAdmin)}</>}
          {onBlock !== null && one.user_id !== ownId && <Block one={one} isBusy={isBusy} onSet={(blocked) => onBlock(one, blocked)} />}
        </span>
        <Refusal problem={refused} />
      </span>
    </li>
  )
}

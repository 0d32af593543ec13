// The expanded part of an entry: everything that the access log stores about it.

import { format } from '../../../../locales/dates.ts'
import type { AccessEntry } from '../../../../protocol/generated.ts'
import { Button } from '../../../../ui/kit/button.tsx'
import { s } from './strings.ts'
import { L } from './testids.ts'

interface DetailsProps {
  readonly entry: AccessEntry
  readonly onPerson: (id: string) => void
  readonly onTicket: (ref: string) => void
}

export function Details({ entry, onPerson, onTicket }: DetailsProps) {
  const { user, ticket, refused, ip, user_agent, detail, detail_cut } = entry
  const lines: readonly (readonly [string, string | null | undefined])[] = [
    [s('access.at'), exactly(entry.at)],
    [s('access.email'), user?.email],
    [s('access.user_id'), user?.id],
    [s('access.name'), entry.action],
    [s('access.refused_with'), refused],
    [s('access.ticket_id'), ticket?.id],
    [s('access.address'), ip],
    [s('access.device'), user_agent],
  ]
  return (
    <div class="access-details" data-testid={L.details}>
      <dl>
        {lines.map(([label, value]) => value !== null && value !== undefined && <Line key={label} label={label} value={value} />)}
        {Object.entries(detail).map(([name, value]) => <Line key={`detail ${name}`} label={name} value={typeof value === 'string' ? value : JSON.stringify(value)} />)}
      </dl>
      {detail_cut && <p class="muted">{s('access.cut')}</p>}
      {(user !== null || ticket !== null) && (
        <div class="actions">
          {user !== null && <Button testid={L.onlyPerson} onClick={() => onPerson(user.id)}>{s('access.only_person')}</Button>}
          {ticket !== null && <Button testid={L.onlyTicket} onClick={() => onTicket(ticket.number ?? ticket.id)}>{s('access.only_ticket')}</Button>}
        </div>
      )}
    </div>
  )
}

function Line({ label, value }: { readonly label: string; readonly value: string }) {
  return <><dt>{label}</dt><dd><bdi>{value}</bdi></dd></>
}

function exactly(iso: string): string {
  return format('access-exact', { dateStyle: 'long', timeStyle: 'long' }).format(new Date(iso))
}

// The REST calls of background work. The system screen loads this file when it is opened.

import { decodeDeadDeliveryPage, decodeDeliveriesReplayed, decodeJobsView } from '../protocol/decoders/admin.ts'
import type { DeadDeliveryPage, Decision, DeliveriesReplayed, FailedEvent, JobsView } from '../protocol/generated.ts'
import type { Rest } from './client.ts'
import type { Result } from './request.ts'

/** All calls are only for admins, on a server with the feature `jobs`. */
export interface JobsRest {
  view(): Promise<Result<JobsView>>
  pauseConsumer(name: string, paused: boolean): Promise<Result<null>>
  /** Decides about a failed event. If another event of the ticket has failed since, the error code is `conflict`. */
  decideEvent(event: Pick<FailedEvent, 'consumer' | 'ticket_id' | 'seq'>, decision: Decision): Promise<Result<null>>
  decideTimer(id: number, decision: Decision): Promise<Result<null>>
  pauseSchedule(name: string, paused: boolean): Promise<Result<null>>
  /** Makes a schedule due now. */
  runSchedule(name: string): Promise<Result<null>>
  /** Returns a page of the dead deliveries of one kind, the latest first. */
  dead(kind: string, cursor?: string): Promise<Result<DeadDeliveryPage>>
  /** Makes dead deliveries due again. At most 100 ids. */
  replay(ids: readonly string[]): Promise<Result<DeliveriesReplayed>>
  /** Confirms that this database is production. `publicUrl` is the address that the admin saw. */
  confirmIdentity(publicUrl: string): Promise<Result<null>>
  /** Lets work go on that was held because the database's clock had jumped. */
  resumeClock(): Promise<Result<null>>
}

export function createJobsRest({ request }: Pick<Rest, 'request'>): JobsRest {
  const send = async (path: string, method: 'POST' | 'PUT' | 'DELETE', body?: unknown): Promise<Result<null>> => {
    const result = await request(`/v1/jobs/${path}`, body === undefined ? { method } : { method, body }, () => true)
    return result.ok ? { ok: true, value: null } : result
  }
  const named = encodeURIComponent
  return {
    view: () => request('/v1/jobs', {}, decodeJobsView),
    pauseConsumer: (name, paused) => send(`consumers/${named(name)}`, 'PUT', { paused }),
    decideEvent: ({ consumer, ticket_id, seq }, decision) => send(`consumers/${named(consumer)}/failed-events`, 'POST', { ticket_id, seq, decision }),
    decideTimer: (id, decision) => send(`timers/${id}`, 'POST', { decision }),
    pauseSchedule: (name, paused) => send(`schedules/${named(name)}`, 'PUT', { paused }),
    runSchedule: (name) => send(`schedules/${named(name)}/run`, 'POST'),
    dead: (kind, cursor) => request(`/v1/jobs/dead-deliveries?${new URLSearchParams({ kind, ...(cursor === undefined ? {} : { cursor }) })}`, {}, decodeDeadDeliveryPage),
    replay: (ids) => request('/v1/jobs/dead-deliveries/replay', { method: 'POST', body: { ids } }, decodeDeliveriesReplayed),
    confirmIdentity: (public_url) => send('identity', 'PUT', { public_url }),
    resumeClock: () => send('clock-hold', 'DELETE'),
  }
}

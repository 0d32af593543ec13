// The REST calls of the access log. The access log screen loads this file when it is opened.

import { decodeAccessActions, decodeAccessPage } from '../protocol/decoders/admin.ts'
import type { AccessActions, AccessPage } from '../protocol/generated.ts'
import type { Rest } from './client.ts'
import { requestFile } from './file.ts'
import type { Result } from './request.ts'

/** Filters of the access log. A missing field does not filter. */
export interface AccessQuery {
  /** The id of the person who made the access. */
  readonly user?: string
  readonly action?: readonly string[]
  /** The id or number of the ticket that was accessed. */
  readonly ticket?: string
  /** If true, only refused accesses. If false, only successful accesses. */
  readonly refused?: boolean
  /** The earliest time, inclusive, in ISO 8601. */
  readonly from?: string
  /** The latest time, exclusive, in ISO 8601. */
  readonly to?: string
  readonly cursor?: string
  readonly limit?: number
}

export interface AccessLogRest {
  /**
   * Returns one page of the access log, newest entries first. Only for admins. A page may be short or empty although a next page exists.
   */
  accessLog(query: AccessQuery): Promise<Result<AccessPage>>
  /** Downloads all entries that match the query as a CSV file. Only for admins. */
  accessLogFile(query: AccessQuery): Promise<Result<File>>
  /** Returns the names of the actions that the access log contains. Only for admins. */
  accessLogActions(): Promise<Result<AccessActions>>
}

export function createAccessLogRest({ request }: Pick<Rest, 'request'>): AccessLogRest {
  return {
    accessLog: (query) => request(`/v1/access-log?${accessParams(query)}`, {}, decodeAccessPage),
    accessLogFile: (query) => requestFile(request, `/v1/access-log/export?${accessParams(query)}`, 'access-log.csv'),
    accessLogActions: () => request('/v1/access-log/actions', {}, decodeAccessActions),
  }
}

function accessParams(query: AccessQuery): URLSearchParams {
  return new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]))
}

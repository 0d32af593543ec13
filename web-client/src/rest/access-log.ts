// The REST calls of the access log, for a screen that is loaded when it is opened.

import { decodeAccessActions, decodeAccessPage } from '../protocol/decoders/admin.ts'
import type { AccessActions, AccessPage } from '../protocol/generated.ts'
import type { Rest } from './client.ts'
import { requestFile } from './file.ts'
import type { Result } from './request.ts'

/** Filters of the access log; an absent field filters nothing. */
export interface AccessQuery {
  /** A person's id. */
  readonly user?: string
  readonly action?: readonly string[]
  /** A ticket's id or number. */
  readonly ticket?: string
  /** True: only refused accesses; false: only successful ones. */
  readonly refused?: boolean
  /** At or after this time, ISO 8601. */
  readonly from?: string
  /** Before this time, ISO 8601. */
  readonly to?: string
  readonly cursor?: string
  readonly limit?: number
}

export interface AccessLogRest {
  /** Admins: one page, newest first. A page may be short or empty and still have a next one. */
  accessLog(query: AccessQuery): Promise<Result<AccessPage>>
  /** Admins: the same entries as CSV, without the page limit. */
  accessLogFile(query: AccessQuery): Promise<Result<File>>
  /** Admins: the names of the recorded actions. */
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

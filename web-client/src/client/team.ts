import { createTeamRest, type TeamRest } from '../rest/team.ts'
import type { Client } from './client.ts'

/** The REST client for calls that only staff may make. */
export function createTeam(client: Client): TeamRest {
  const team = createTeamRest(client.rest)
  // Use the response only if no pushed update has set the statistics yet, because the response may be older than the update.
  client.rest.changeTicket = team.changeTicket
  return team
}

import { createTeamRest, type TeamRest } from '../rest/team.ts'
import type { Client } from './client.ts'

/** The team's part of REST for this person. */
export function createTeam(client: Client): TeamRest {
  const team = createTeamRest(client.rest)
  // Code that the apps share now changes tickets through the team's call.
  client.rest.changeTicket = team.changeTicket
  return team
}

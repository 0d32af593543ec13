import { createTeamRest, type TeamRest } from '../rest/team.ts'
import type { Desk } from './desk.ts'

/** The team's part of REST, as this person. */
export function createTeam(desk: Desk): TeamRest {
  return createTeamRest(desk.rest.request)
}

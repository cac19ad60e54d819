/** From a question to what is sent: what was answered before where it still holds, else what the endpoint answers now. */
import type { Caller } from './auth/caller.ts';
import { ageOf, type Sent, sentAnswer, taggedAnswer } from './caching.ts';
import type { Endpoint, RawRequest } from './endpoint.ts';
import { questionOf, type RememberedAnswers } from './remembered-answers.ts';

export interface AnswerSource {
  readonly endpoint: Endpoint;
  readonly remembered: RememberedAnswers;
}

/** What of a request names its answer. */
export interface AskedBy {
  readonly caller: Caller | undefined;
  /** As it came, with its query. */
  readonly url: string;
  readonly ifNoneMatch: string | undefined;
}

/** Who asks has been let in; whether they may ask for this, the endpoint says, or said when it was answered before. */
export async function answerFrom(
  { endpoint, remembered }: AnswerSource,
  { caller, url, ifNoneMatch }: AskedBy,
  request: RawRequest,
): Promise<Sent> {
  const question = questionOf(endpoint, caller, url);
  const known = question === undefined ? undefined : remembered.get(question);
  if (known !== undefined && (await known.lasting.isStill()))
    return sentAnswer(known, known.lasting.ageMs(), ifNoneMatch);
  const answer = await endpoint.run(request);
  const tagged = taggedAnswer(endpoint, answer);
  if (question !== undefined) {
    if (tagged !== undefined && answer.lasting !== undefined)
      remembered.set(question, { ...tagged, lasting: answer.lasting });
    else remembered.forget(question);
  }
  if (tagged !== undefined) return sentAnswer(tagged, ageOf(answer.body), ifNoneMatch);
  return { ...answer, headers: { 'cache-control': 'no-store', ...answer.headers } };
}

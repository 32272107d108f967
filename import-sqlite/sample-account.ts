/** A user of `sample.sql`, for whoever tries the service with it. */
export const sampleAccount = { handle: "ada", password: "capstone sample", bio: "Writes about engines." };

/** Whether a service has the sample's user; false where it does not answer. */
export async function hasSample(apiUrl: string): Promise<boolean> {
  const page = `${apiUrl}/api/v1/users/${sampleAccount.handle}`;
  try {
    const answer = await fetch(page, { signal: AbortSignal.timeout(3_000) });
    const { bio } = (await answer.json()) as { bio?: unknown };
    return answer.ok && bio === sampleAccount.bio;
  } catch {
    return false;
  }
}

/** The picture of a councilor that somebody gave, where it can be shown. */

const PICTURE_IN_TEXT = /^data:image\/(?:png|jpeg|gif|webp|avif|svg\+xml)[;,]/i;

/**
 * Only pictures of this server, or that come with the text: a foreign address would tell a third party
 * who looks when. Without one, and when it cannot be had, the portrait is drawn.
 */
export function ownAvatar(address: string | null | undefined, here = location.origin): string | null {
  if (!address) return null;
  if (PICTURE_IN_TEXT.test(address)) return address;
  try {
    const url = new URL(address, here);
    return url.origin === here ? url.href : null;
  } catch {
    return null;
  }
}

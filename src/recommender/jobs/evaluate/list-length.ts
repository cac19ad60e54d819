/** Places of the lists that are judged. */
export const listLength = 10;

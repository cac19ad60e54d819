/** Tests run the kernel that its sources say: built if they changed since. */
import { ensureKernel } from '../../scripts/kernel/build.ts';

export default ensureKernel;

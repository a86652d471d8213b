import { APK_ATTACKS } from './apk';
import { APT_ATTACKS } from './apt';
import type { Attack } from './attack';
import { DNF_ATTACKS } from './dnf';
import { MICRODNF_ATTACKS } from './microdnf';
import { SHAPE_ATTACKS } from './shapes';
import { YUM_ATTACKS } from './yum';
import { ZYPPER_ATTACKS } from './zypper';

/** Every attack, with a marker that no other one has. */
export const ATTACKS: readonly (Attack & { readonly marker: string })[] = [
  ...APT_ATTACKS,
  ...APK_ATTACKS,
  ...DNF_ATTACKS,
  ...YUM_ATTACKS,
  ...MICRODNF_ATTACKS,
  ...ZYPPER_ATTACKS,
  ...SHAPE_ATTACKS,
].map((attack, index) => ({ ...attack, marker: `PWN${String(index).padStart(3, '0')}` }));

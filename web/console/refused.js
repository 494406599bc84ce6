import { enter } from "./staff.js";

enter();

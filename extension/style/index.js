import "./index.css";
import "./trace.css";

import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.List;

/** A MongoDB server in memory on 127.0.0.1, at the port of the first argument; ends with its standard input. */
public class MongoTestServer {
  /** The backend speaks what current drivers use but names an older wire version, which they refuse. */
  private static final class ReportedVersion implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 9;
    }
  }

  public static void main(String[] arguments) throws Exception {
    MongoServer server = new MongoServer(new MemoryBackend().version(new ReportedVersion()));
    server.bind("127.0.0.1", Integer.parseInt(arguments[0]));
    while (System.in.read() >= 0) {
      // Its starter holds the other end: whatever ends the starter ends this too.
    }
    server.shutdownNow();
    System.exit(0);
  }
}

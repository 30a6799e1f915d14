package io.millrace.cluster;

/** How many permits a simulated JVM leases at a time. */
interface Sizing {
  long block();

  long least();

  void leased(long sinceLast, long took, long number, boolean isShort);

  /** As the library does it. */
  static Sizing own(double perSecond) {
    LeaseSize size = new LeaseSize(perSecond);
    return new Sizing() {
      @Override
      public long block() {
        return size.block();
      }

      @Override
      public long least() {
        return size.least();
      }

      @Override
      public void leased(long sinceLast, long took, long number, boolean isShort) {
        size.leased(sinceLast, took, number, isShort);
      }
    };
  }

  /** The same always. */
  static Sizing fixed(long block) {
    return new Sizing() {
      @Override
      public long block() {
        return block;
      }

      @Override
      public long least() {
        return block;
      }

      @Override
      public void leased(long sinceLast, long took, long number, boolean isShort) {}
    };
  }
}
